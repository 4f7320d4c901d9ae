using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Samples;

public class WebApiTests
{
    [Fact]
    public async Task Blocks_are_rows_of_the_gateway()
    {
        await using var factory = new WebApplicationFactory<Program>();
        using var client = factory.CreateClient();

        var rows = await client.GetFromJsonAsync<JsonElement>("/blocks", TestContext.Current.CancellationToken);

        Assert.True(rows.GetArrayLength() > 0);
        Assert.Equal(JsonValueKind.Number, rows[0].GetProperty("BLOCK_NUMBER").ValueKind);
    }

    [Fact]
    public async Task The_session_is_shown_without_a_token()
    {
        await using var factory = new WebApplicationFactory<Program>();
        using var client = factory.CreateClient();
        using var blocks = await client.GetAsync(new Uri("/blocks", UriKind.Relative), TestContext.Current.CancellationToken);

        var text = await client.GetStringAsync(new Uri("/session", UriKind.Relative), TestContext.Current.CancellationToken);

        var token = await factory.Services.GetRequiredService<ISxtSession>().GetAccessTokenAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"state\":\"Active\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token.GetValue(), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_report_has_the_sessions_data()
    {
        await using var factory = new WebApplicationFactory<Program>();
        using var client = factory.CreateClient();
        using var blocks = await client.GetAsync(new Uri("/blocks", UriKind.Relative), TestContext.Current.CancellationToken);

        var report = await client.GetFromJsonAsync<JsonElement>("/health", TestContext.Current.CancellationToken);

        Assert.Equal("Healthy", report.GetProperty("status").GetString());
        Assert.Equal("Active", report.GetProperty("checks").GetProperty("sxt").GetProperty("data").GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_page_is_served_at_the_root()
    {
        await using var factory = new WebApplicationFactory<Program>();
        using var client = factory.CreateClient();

        using var response = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            "<title>SxtAspNet sample</title>",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_key_alone_is_all_that_the_sample_needs()
    {
        const string ApiKey = "sxt_0123456789abcdefghijklmnop";
        await using var gateway = await SxtGatewayEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        gateway.AddApiKey(TestApp.User, ApiKey);
        await using var sample = new WebApplicationFactory<Program>();
        await using var configured = sample.WithWebHostBuilder(builder => builder
            .UseSetting("Sxt:GatewayUrl", gateway.BaseAddress.AbsoluteUri)
            .UseSetting("Sxt:ProxyUrl", gateway.BaseAddress.AbsoluteUri)
            .UseSetting("Sxt:Keys:0:ApiKey", ApiKey)
            .UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:0", TestApp.User));
        using var client = configured.CreateClient();

        var rows = await client.GetFromJsonAsync<JsonElement>("/blocks", TestContext.Current.CancellationToken);

        Assert.True(rows.GetArrayLength() > 0);
        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.ApiKeyExchange));
        Assert.Equal(0, gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(TestApp.User, configured.Services.GetRequiredService<ISxtSession>().Status.UserId);
    }

    [Fact]
    public async Task Outside_development_a_missing_user_fails_the_start_with_a_clear_message()
    {
        await using var factory = new WebApplicationFactory<Program>();
        await using var production = factory.WithWebHostBuilder(builder => builder
            .UseEnvironment("Production")
            .UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:0", TestApp.User));

        var failure = Assert.Throws<OptionsValidationException>(() => production.CreateClient());

        Assert.Contains("UserId is missing; set it to the Space and Time user id", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Keys is empty", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_gateway_makes_the_app_unavailable_and_says_when_to_try_again()
    {
        await using var gateway = new SxtGatewayEmulator();
        gateway.InjectFault(SxtGatewayFault.Status(429, retryAfter: TimeSpan.FromSeconds(90)));
        await using var factory = new WebApplicationFactory<Program>();
        await using var production = factory.WithWebHostBuilder(builder => builder
            .UseEnvironment("Production")
            .UseSetting("Sxt:UserId", TestApp.User)
            .UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:0", TestApp.User)
            .ConfigureTestServices(services => services.UseSxtGatewayEmulator(gateway)));
        using var client = production.CreateClient();

        using var response = await client.GetAsync(new Uri("/blocks", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("Throttled", problem.GetProperty("detail").GetString());
    }
}
