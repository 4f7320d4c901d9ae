using System.Globalization;
using System.Text.Json;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

public sealed class LoginTests
{
    [Fact]
    public async Task It_tells_user_key_expiries_and_timings()
    {
        await using var account = await TestAccount.StartAsync();

        var lines = (await account.RunAsync("login")).Succeeded().Lines;

        Assert.Equal(
            [
                "user", "public key", "session expires", "access token expires", "refresh token expires",
                "challenge", "signing", "exchange",
            ],
            lines.Select(line => line.Split(": ")[0]));
        Assert.Equal($"user: {account.UserId}", lines[0]);
        Assert.Equal($"public key: {PublicKeyBase64}", lines[1]);
        Assert.All(lines[5..], line => Assert.Matches(@"^\w+: \d+\.\d ms$", line));
    }

    [Fact]
    public async Task Its_expiries_are_those_of_the_gateway()
    {
        await using var account = await TestAccount.StartAsync();
        var before = DateTimeOffset.UtcNow;

        var json = (await account.RunAsync("login", "--json")).Succeeded().ReadJson();

        AssertExpiry("accessTokenExpires", TimeSpan.FromMinutes(25));
        AssertExpiry("refreshTokenExpires", TimeSpan.FromMinutes(30));
        AssertExpiry("sessionExpires", TimeSpan.FromHours(24));

        void AssertExpiry(string member, TimeSpan lifetime)
        {
            var expiry = DateTimeOffset.ParseExact(
                json.GetProperty(member).GetString()!, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

            // Cut to the second.
            Assert.InRange(expiry, before + lifetime - TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow + lifetime);
        }
    }

    [Fact]
    public async Task A_session_s_end_that_the_gateway_does_not_tell_is_not_made_up()
    {
        await using var account = await TestAccount.StartAsync();
        var tokens = """{"accessToken":"opaque","refreshToken":"opaque","accessTokenExpires":1700000000000,"refreshTokenExpires":1700000300000}""";
        account.Gateway.InjectFault(SxtGatewayFault.Answer(200, tokens, kind: SxtGatewayCallKind.Token));

        var text = (await account.RunAsync("login")).Succeeded();
        var json = (await account.RunAsync("login", "--json")).Succeeded().ReadJson();

        Assert.Contains("session expires: not told", text.Lines);
        Assert.Contains("access token expires: 2023-11-14T22:13:20Z", text.Lines);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("sessionExpires").ValueKind);
    }

    [Fact]
    public async Task Its_timings_show_which_step_is_slow()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromMilliseconds(300), kind: SxtGatewayCallKind.Token));

        var json = (await account.RunAsync("login", "--json")).Succeeded().ReadJson();

        Assert.True(json.GetProperty("exchangeMilliseconds").GetDouble() >= 290);
        Assert.Equal(JsonValueKind.Number, json.GetProperty("challengeMilliseconds").ValueKind);
        Assert.Equal(JsonValueKind.Number, json.GetProperty("signingMilliseconds").ValueKind);
    }

    [Fact]
    public async Task It_is_one_login_and_no_logout()
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("login")).Succeeded();

        Assert.Equal(
            [SxtGatewayCallKind.Challenge, SxtGatewayCallKind.Token], account.Gateway.Calls.All.Select(call => call.Kind));
    }

    [Fact]
    public async Task An_encrypted_key_logs_in_with_its_password()
    {
        await using var account = await TestAccount.StartAsync();

        var login = await Sxt.RunAsync(
            ["login", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", account.UserId, "--key", .. account.Folder.WriteEncrypted()]);

        login.Succeeded();
    }

    [Fact]
    public async Task A_gateway_below_a_path_needs_no_slash_at_its_end()
    {
        await using var account = await TestAccount.StartAsync();

        // Nothing is at that path of the emulator, and its record tells where the tool looked.
        await Sxt.RunAsync("login", "--gateway", $"{account.Gateway.BaseAddress}proxy", "--user", account.UserId, "--key", account.KeyFile);

        Assert.Equal("/proxy/v1/auth/code", account.Gateway.Calls.All[0].Path);
    }

    [Fact]
    public void What_the_tests_take_for_a_token_is_one() =>
        Assert.StartsWith("eyJ0eXBlIjoi", new SxtGatewayEmulator().IssueAccessToken("orders-service"), StringComparison.Ordinal);
}
