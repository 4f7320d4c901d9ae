using System.Buffers.Text;
using System.Text;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>The session's end, as the gateway tells it, is a hint: one that can't be right costs no login.</summary>
public sealed class SessionEndTests
{
    /// <summary>What the answer and the token's claim tell, from the instant of the login.</summary>
    public static TheoryData<string> Ends => ["seconds", "0", "-1", "9223372036854775807", "login"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task An_end_that_is_not_after_the_login_is_not_believed(string end)
    {
        await using var app = new TestApp();
        var now = app.Time.GetUtcNow();
        app.Gateway.InjectFault(Grant(app, SxtGatewayCallKind.Token, answer: null, claim: At(end, now)));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
        AssertAbout(now.AddHours(24), app.Session.Status.SessionEndsAt);
        AssertAbout(now.AddMinutes(25), app.Session.Status.AccessTokenExpiresAt);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Where_the_answer_tells_no_possible_end_the_token_is_asked(string end)
    {
        await using var app = new TestApp();
        var now = app.Time.GetUtcNow();
        app.Gateway.InjectFault(Grant(app, SxtGatewayCallKind.Token, At(end, now), now.AddHours(2).ToUnixTimeMilliseconds()));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        AssertAbout(now.AddHours(2), app.Session.Status.SessionEndsAt);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_refresh_that_tells_no_possible_end_does_not_change_it(string end)
    {
        await using var app = new TestApp(gateway: new() { SessionLifetime = TimeSpan.FromHours(2) });
        await app.StartAsync();
        var known = app.Session.Status.SessionEndsAt;
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.InjectFault(Grant(app, SxtGatewayCallKind.Refresh, answer: null, claim: At(end, app.Time.GetUtcNow())));

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Refreshes);
        Assert.Equal(1, app.Logins);
        Assert.Equal(known, app.Session.Status.SessionEndsAt);
    }

    [Fact]
    public async Task An_end_soon_after_the_login_is_believed()
    {
        await using var app = new TestApp();
        var end = app.Time.GetUtcNow().AddMinutes(10);
        app.Gateway.InjectFault(Grant(app, SxtGatewayCallKind.Token, answer: null, claim: end.ToUnixTimeMilliseconds()));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(end, app.Session.Status.SessionEndsAt);
        Assert.Equal(end, app.Session.Status.AccessTokenExpiresAt);
    }

    private static long At(string end, DateTimeOffset now) => end switch
    {
        "seconds" => now.AddHours(24).ToUnixTimeSeconds(),
        "login" => now.ToUnixTimeMilliseconds(),
        _ => long.Parse(end, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static SxtGatewayFault Grant(TestApp app, SxtGatewayCallKind kind, long? answer, long claim)
    {
        var now = app.Time.GetUtcNow();
        var payload = $$"""{"user":"{{TestApp.User}}","iat":{{now.ToUnixTimeSeconds()}},"ssn_exp":{{claim}}}""";
        var expires = now.AddMinutes(25).ToUnixTimeMilliseconds();
        var end = answer is null ? "" : $",\"sessionExpires\":{answer}";
        return SxtGatewayFault.Answer(
            200,
            $$"""{"accessToken":"e30.{{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}}.e30","refreshToken":"r","accessTokenExpires":{{expires}},"refreshTokenExpires":{{expires}}{{end}}}""",
            times: 1,
            kind: kind);
    }

    /// <summary>The gateway's clock is known to the second.</summary>
    private static void AssertAbout(DateTimeOffset expected, DateTimeOffset? actual) =>
        Assert.InRange(actual!.Value, expected.AddSeconds(-2), expected.AddSeconds(2));
}
