using System.Net;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

/// <summary>The network's proxy, which answers at the emulator's own address.</summary>
public sealed class ApiKeyTests
{
    private const string ApiKey = "sxt_0123456789abcdefghijklmnop";

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task An_api_key_is_exchanged_for_an_access_token_without_a_refresh_token(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.AddApiKey(gateway.User.Id, ApiKey);

        using HttpResponseMessage response = await ExchangeAsync(gateway, ApiKey);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["accessToken", "accessTokenExpires", "sessionExpires"], answer.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(TestGateway.Start.AddMinutes(25).ToUnixTimeMilliseconds(), answer.RootElement.GetProperty("accessTokenExpires").GetInt64());
        Assert.True(await gateway.Client.WorksAsync(answer.RootElement.GetProperty("accessToken").GetString()!));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sxt_somebody-elses-key")]
    public async Task An_unknown_api_key_is_refused(string? apiKey)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.AddApiKey(gateway.User.Id, ApiKey);

        using HttpResponseMessage response = await ExchangeAsync(gateway, apiKey);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_removed_api_key_is_refused_and_its_sessions_go_on()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.AddApiKey(gateway.User.Id, ApiKey);
        using HttpResponseMessage before = await ExchangeAsync(gateway, ApiKey);
        using JsonDocument answer = JsonDocument.Parse(await before.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        gateway.Emulator.RemoveApiKey(ApiKey);

        using HttpResponseMessage after = await ExchangeAsync(gateway, ApiKey);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.True(await gateway.Client.WorksAsync(answer.RootElement.GetProperty("accessToken").GetString()!));
    }

    [Fact]
    public async Task An_exchange_is_a_kind_of_call_of_its_own_with_its_user_and_session()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.AddApiKey(gateway.User.Id, ApiKey);

        using HttpResponseMessage response = await ExchangeAsync(gateway, ApiKey);

        SxtGatewayCall call = Assert.Single(gateway.Emulator.Calls.All);
        Assert.Equal((SxtGatewayCallKind.ApiKeyExchange, gateway.User.Id, 200), (call.Kind, call.UserId, call.Status));
        Assert.NotNull(call.SessionId);
        Assert.Equal(1, gateway.Emulator.Calls.Count(SxtGatewayCallKind.ApiKeyExchange));
        Assert.DoesNotContain(ApiKey, call.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_can_hit_the_proxy_alone()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.AddApiKey(gateway.User.Id, ApiKey);
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.ApiKeyExchange));

        using HttpResponseMessage response = await ExchangeAsync(gateway, ApiKey);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task Where_a_login_ends_other_sessions_an_exchange_does_too()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { LoginEndsOtherSessions = true });
        gateway.Emulator.AddApiKey(gateway.User.Id, ApiKey);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await ExchangeAsync(gateway, ApiKey);

        Assert.False(await gateway.Client.WorksAsync(session.AccessToken));
    }

    private static async Task<HttpResponseMessage> ExchangeAsync(TestGateway gateway, string? apiKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "auth/apikey");
        if (apiKey is not null)
        {
            request.Headers.Add("apikey", apiKey);
        }

        return await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
