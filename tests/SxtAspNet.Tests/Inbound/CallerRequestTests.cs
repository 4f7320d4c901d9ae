using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Inbound;

/// <summary>Calls on behalf of the caller that are not sent once and asynchronously.</summary>
public class CallerRequestTests
{
    private const string Gateway = "https://gateway.sxt.test/v1/auth/keys";

    private readonly RequestRecorder _recorder = new() { Answer = _ => Responses.Status(HttpStatusCode.OK) };

    [Theory]
    [InlineData(Gateway, true)]
    [InlineData("https://elsewhere.test/", false)]
    public async Task A_synchronous_request_carries_the_token_to_allowed_origins_only(string url, bool isSent)
    {
        await using var app = await StartAsync();
        var token = app.Issue();

        using var response = await app.GetAsync(token, $"/call-synchronously?url={url}");

        Assert.Equal(isSent ? $"Bearer {token}" : null, Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_request_that_skips_authentication_when_it_comes_again_loses_the_token()
    {
        await using var app = await StartAsync(request => request.SkipSxtAuthentication());
        var token = app.Issue();

        using var response = await app.GetAsync(token, $"/call?url={Gateway}");

        Assert.Equal([$"Bearer {token}", null], _recorder.Requests.Select(request => request.Authorization));
    }

    [Fact]
    public async Task A_request_that_comes_again_with_a_header_of_the_apps_own_keeps_that()
    {
        await using var app = await StartAsync(request => request.Headers.Authorization = new("Basic", "b3duOm93bg=="));
        var token = app.Issue();

        using var response = await app.GetAsync(token, $"/call?url={Gateway}");

        Assert.Equal([$"Bearer {token}", "Basic b3duOm93bg=="], _recorder.Requests.Select(request => request.Authorization));
    }

    private Task<InboundApp> StartAsync(Action<HttpRequestMessage>? between = null) => InboundApp.StartAsync(
        options => options.AllowAnyUser = true,
        services =>
        {
            var client = services.AddHttpClient("api");
            if (between is not null)
            {
                client.AddHttpMessageHandler(() => new SecondAttempt(between));
            }

            client.AddSxtCallerTokenHandler().AddHttpMessageHandler(() => new RecordingHandler(_recorder));
        },
        endpoints: routes =>
        {
            routes.MapGet("/call", CallAsync).RequireAuthorization();
            routes.MapGet("/call-synchronously", Call).RequireAuthorization();
        });

    private static async Task CallAsync(string url, IHttpClientFactory clients)
    {
        using var client = clients.CreateClient("api");
        using var response = await client.GetAsync(new Uri(url));
    }

    private static void Call(string url, IHttpClientFactory clients)
    {
        using var client = clients.CreateClient("api");
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = client.Send(request);
    }
}
