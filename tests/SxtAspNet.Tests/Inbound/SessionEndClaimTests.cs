using System.Net;
using System.Text.Json.Nodes;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>The session's end in a token is a hint: one that can't be right refuses nobody, and the gateway is asked.</summary>
public sealed class SessionEndClaimTests
{
    [Theory]
    [InlineData("iat", "seconds")]
    [InlineData("nbf", "seconds")]
    [InlineData("iat", "before")]
    [InlineData("iat", "at")]
    [InlineData("nbf", "before")]
    [InlineData("iat", "-1")]
    [InlineData("iat", "9223372036854775807")]
    [InlineData("", "9223372036854775807")]
    public async Task An_end_that_can_not_be_is_not_believed(string since, string end)
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, $"\"{InboundApp.User}\"", kind: SxtGatewayCallKind.ValidToken));
        var now = app.Time.GetUtcNow();
        var token = Jwt.Forge(now, payload =>
        {
            Keep(payload, since);
            payload["ssn_exp"] = end switch
            {
                "seconds" => now.AddHours(24).ToUnixTimeSeconds(),
                "before" => now.AddMinutes(-6).ToUnixTimeMilliseconds(),
                "at" => now.ToUnixTimeSeconds() * 1000,
                _ => long.Parse(end, System.Globalization.CultureInfo.InvariantCulture),
            };
        });

        using var response = await app.GetAsync(token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("iat")]
    [InlineData("nbf")]
    [InlineData("")]
    public async Task An_end_that_can_be_is_believed_and_an_expiry_always(string since)
    {
        await using var app = await InboundApp.StartAsync();
        var issued = app.Time.GetUtcNow().AddMinutes(-20);
        var over = app.Time.GetUtcNow().AddMinutes(-6);

        // It tells the gateway's time: until then one token that seems to be over would be asked about.
        using var good = await app.GetAsync(app.Issue());
        using var ended = await app.GetAsync(Jwt.Forge(issued, payload =>
        {
            Keep(payload, since);
            payload["ssn_exp"] = over.ToUnixTimeMilliseconds();
        }));
        using var expired = await app.GetAsync(Jwt.Forge(issued, payload =>
        {
            Keep(payload, since);
            payload["exp"] = over.ToUnixTimeSeconds();
            payload["ssn_exp"] = 1;
        }));

        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
        Assert.Contains("expired", ended.Challenge(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, expired.StatusCode);
        Assert.Contains("expired", expired.Challenge(), StringComparison.Ordinal);
        Assert.Equal(1, app.Validations);
    }

    /// <summary>Leaves one of the claims that say since when the token is valid, or none.</summary>
    private static void Keep(JsonObject payload, string since)
    {
        foreach (var claim in new[] { "iat", "nbf" })
        {
            if (claim != since)
            {
                payload.Remove(claim);
            }
        }
    }
}
