using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Tests.Outbound;

public class ExceptionHandlerTests
{
    private const string Secretive = "The key file '/run/secrets/sxt.pem' does not exist.";

    [Fact]
    public async Task A_failed_token_is_503_with_problem_details_that_name_the_reason_alone()
    {
        using var response = await AskAsync(RetryLater);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"detail\":\"KeyUnavailable\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/run/secrets", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_accepts_no_problem_details_gets_503_all_the_same()
    {
        using var response = await AskAsync(RetryLater, accept: "text/html");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failed_token_inside_another_exception_is_503_too()
    {
        using var response = await AskAsync(new InvalidOperationException("The circuit is open.", new IOException("call", RetryLater)));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Another_failure_stays_what_it_is()
    {
        using var response = await AskAsync(new InvalidOperationException("a bug"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(500, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_status_serialises_states_and_reasons_as_names()
    {
        var status = new SxtSessionStatus
        {
            State = SxtSessionState.Degraded,
            Mode = SxtSessionMode.Owner,
            UserId = "u",
            FailureReason = SxtFailureReason.Throttled,
        };
        await using var app = Build();
        app.MapGet("/session", () => status);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();

        var json = await client.GetFromJsonAsync<JsonElement>("/session", TestContext.Current.CancellationToken);

        Assert.Equal("Degraded", json.GetProperty("state").GetString());
        Assert.Equal("Owner", json.GetProperty("mode").GetString());
        Assert.Equal("Throttled", json.GetProperty("failureReason").GetString());
        Assert.Equal(SxtSessionState.Degraded, JsonSerializer.Deserialize<SxtSessionState>(JsonSerializer.Serialize(status.State)));
    }

    private static SxtAuthenticationException RetryLater => new(
        SxtFailureReason.KeyUnavailable, Secretive, retryAfter: TimeSpan.FromSeconds(2.1));

    private static async Task<HttpResponseMessage> AskAsync(Exception failure, string accept = "*/*")
    {
        await using var app = Build();
        app.MapGet("/", IResult () => throw failure);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Add("Accept", accept);
        return await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Services.AddSxtExceptionHandler().AddProblemDetails();
        var app = builder.Build();
        app.UseExceptionHandler();
        return app;
    }
}
