using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

public sealed class TokenTests
{
    [Fact]
    public async Task The_access_token_is_signed_with_es256()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string token = gateway.Emulator.IssueAccessToken(gateway.User.Id);
        int dot = token.LastIndexOf('.');
        byte[] signed = Encoding.ASCII.GetBytes(token[..dot]);
        byte[] signature = Base64Url.DecodeFromChars(token.AsSpan(dot + 1));

        using var key = ECDsa.Create(gateway.Emulator.Core.Mint.PublicKey);
        bool valid = key.VerifyData(signed, signature, HashAlgorithmName.SHA256);

        Assert.True(valid);
    }

    [Theory]
    [InlineData(false, "access", 25)]
    [InlineData(true, "refresh", 30)]
    public async Task The_header_and_the_claims_are_the_documented_ones(bool refresh, string type, int minutes)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        (JsonElement header, JsonElement claims) = Read(refresh ? session.RefreshToken : session.AccessToken);

        long now = TestGateway.Start.ToUnixTimeSeconds();
        Assert.Equal(["type", "kid", "alg"], header.EnumerateObject().Select(member => member.Name));
        Assert.Equal(type, header.GetProperty("type").GetString());
        Assert.Equal("ES256", header.GetProperty("alg").GetString());
        Assert.True(header.GetProperty("kid").TryGetGuid(out _));
        Assert.Equal(
            ["iat", "nbf", "exp", "type", "user", "subscription", "session", "ssn_exp", "iteration"],
            claims.EnumerateObject().Select(member => member.Name));
        Assert.Equal(now, claims.GetProperty("iat").GetInt64());
        Assert.Equal(now, claims.GetProperty("nbf").GetInt64());
        Assert.Equal(now + (minutes * 60), claims.GetProperty("exp").GetInt64());
        Assert.Equal(type, claims.GetProperty("type").GetString());
        Assert.Equal(gateway.User.Id, claims.GetProperty("user").GetString());
        Assert.True(claims.GetProperty("subscription").TryGetGuid(out _));
        Assert.Matches("^[0-9a-f]{24}$", claims.GetProperty("session").GetString());
        Assert.Equal(TestGateway.Start.AddHours(24).ToUnixTimeMilliseconds(), claims.GetProperty("ssn_exp").GetInt64());
        Assert.Matches("^[0-9a-f]{24}$", claims.GetProperty("iteration").GetString());
    }

    [Fact]
    public async Task A_user_may_have_no_subscription_through_refreshes_too()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.DescribeUser(gateway.User.Id, new() { HasSubscriptionClaim = false });

        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        SessionJson second = await gateway.Client.RefreshAsync(first);

        Assert.All(
            [first.AccessToken, second.AccessToken, gateway.Emulator.IssueAccessToken(gateway.User.Id)],
            token => Assert.False(Read(token).Claims.TryGetProperty("subscription", out _)));
    }

    [Fact]
    public async Task Through_a_refresh_the_session_and_its_end_stay_and_the_iteration_changes()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMinutes(20));

        SessionJson second = await gateway.Client.RefreshAsync(first);

        JsonElement before = Read(first.AccessToken).Claims;
        JsonElement after = Read(second.AccessToken).Claims;
        Assert.Equal(before.GetProperty("session").GetString(), after.GetProperty("session").GetString());
        Assert.Equal(before.GetProperty("ssn_exp").GetInt64(), after.GetProperty("ssn_exp").GetInt64());
        Assert.NotEqual(before.GetProperty("iteration").GetString(), after.GetProperty("iteration").GetString());
    }

    [Fact]
    public async Task Two_logins_are_two_sessions()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        SessionJson second = await gateway.Client.LoginAsync(gateway.User);

        Assert.NotEqual(
            Read(first.AccessToken).Claims.GetProperty("session").GetString(),
            Read(second.AccessToken).Claims.GetProperty("session").GetString());
    }

    private static (JsonElement Header, JsonElement Claims) Read(string token)
    {
        string[] parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        return (Part(parts[0]), Part(parts[1]));

        static JsonElement Part(string part) =>
            JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(part));
    }
}
