using System.Net;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class RenewalFailureTests
{
    [Fact]
    public async Task A_refresh_whose_answer_is_lost_is_never_sent_again_and_a_login_follows()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Refresh));

        app.Pass(TimeSpan.FromMinutes(21));

        Assert.Equal(1, app.Refreshes);
        Assert.Equal(2, app.Logins);
        Assert.Equal(0, app.Gateway.Calls.ReusedRefreshTokens);
        using var response = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_refresh_that_times_out_is_followed_by_a_login()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(60), times: 1, SxtGatewayCallKind.Refresh));

        app.Pass(TimeSpan.FromMinutes(21));

        Assert.Equal(1, app.Refreshes);
        Assert.Equal(2, app.Logins);
        Assert.Equal(0, app.Gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task A_refresh_that_fails_is_told_although_the_login_succeeds()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, times: 1, SxtGatewayCallKind.Refresh));

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        var told = Assert.Single(app.Logs.GetSnapshot(), log => log.Id.Id == 1104);
        Assert.StartsWith("The refresh failed (GatewayUnreachable), so a login follows. Refresh", told.Message, StringComparison.Ordinal);
        Assert.Equal((SxtSessionState.Active, 0), (app.Session.Status.State, app.Session.Status.Failures));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"accessToken":"","refreshToken":"r","accessTokenExpires":1,"refreshTokenExpires":1}""")]
    [InlineData("""{"accessToken":"a","refreshToken":"r","accessTokenExpires":"soon","refreshTokenExpires":1}""")]
    [InlineData("""{"accessToken":"a\r\nX: y","refreshToken":"r","accessTokenExpires":99999999999999,"refreshTokenExpires":99999999999999}""")]
    [InlineData("""{"accessToken":"a","refreshToken":"r","accessTokenExpires":1,"refreshTokenExpires":1}""")]
    public async Task A_malformed_session_is_a_bad_answer(string body)
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, body, kind: SxtGatewayCallKind.Token));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
    }

    [Fact]
    public async Task A_gateway_that_is_back_before_the_expiry_costs_no_request_anything()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        var due = app.Session.Status.RenewalDueAt!.Value - app.Time.GetUtcNow();
        app.Pass(due - TimeSpan.FromSeconds(5));
        var outage = app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Refresh));
        var loginOutage = app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Challenge));

        app.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(SxtSessionState.Degraded, app.Session.Status.State);
        Assert.Equal(SxtFailureReason.GatewayUnreachable, app.Session.Status.FailureReason);
        var during = app.QueryAsync();
        Assert.True(during.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await during).StatusCode);

        app.Gateway.RemoveFault(outage);
        app.Gateway.RemoveFault(loginOutage);
        app.Pass(TimeSpan.FromMinutes(2));

        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
        Assert.Equal(2, app.Logins);
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task After_the_expiry_requests_fail_at_once_with_the_last_reason_until_the_gateway_is_back()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DropBefore());
        app.Pass(TimeSpan.FromMinutes(30));
        Assert.Equal(SxtSessionState.Unavailable, app.Session.Status.State);
        var callsBefore = app.Gateway.Calls.All.Count;

        for (var i = 0; i < 100; i++)
        {
            var sending = app.QueryAsync();
            Assert.True(sending.IsCompleted);
            var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => sending);
            Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
            Assert.Equal(HttpRequestError.UserAuthenticationError, failure.HttpRequestError);
            Assert.Null(failure.StatusCode);
            Assert.True(failure.RetryAfter > TimeSpan.Zero);
        }

        Assert.Equal(callsBefore, app.Gateway.Calls.All.Count);
        app.Gateway.ClearFaults();
        app.Pass(TimeSpan.FromMinutes(1));
        using var response = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task In_a_long_outage_the_gateway_is_asked_every_second_or_two_as_long_as_there_is_no_token()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(500));
        await app.StartAsync();

        app.Pass(TimeSpan.FromHours(1));

        // Of three calls each, two of them repetitions.
        Assert.InRange(app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge), 2400, 3 * 3600);
        app.Gateway.ClearFaults();
        app.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_throttling_gateway_is_left_alone_for_as_long_as_it_asks()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, SxtGatewayCallKind.Refresh, TimeSpan.FromSeconds(90)));
        app.Pass(app.Session.Status.RenewalDueAt!.Value - app.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
        Assert.Equal(SxtFailureReason.Throttled, app.Session.Status.FailureReason);
        var calls = app.Gateway.Calls.All.Count;

        app.Pass(TimeSpan.FromSeconds(85));
        Assert.Equal(calls, app.Gateway.Calls.All.Count);
        app.Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task A_challenge_that_fails_for_a_moment_is_asked_for_again()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.DropBefore(times: 2, SxtGatewayCallKind.Challenge));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task An_exchange_is_never_sent_again()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Token));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_redirect_is_a_bad_answer_and_is_not_followed()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(new Uri("https://elsewhere.test/"), kind: SxtGatewayCallKind.Challenge));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Contains("GatewayUrl", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversized_answer_is_a_bad_answer()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, new string(' ', 70_000), kind: SxtGatewayCallKind.Challenge));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
    }

    [Fact]
    public async Task A_forced_renewal_that_fails_keeps_the_token()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.Session.RenewAsync(TestContext.Current.CancellationToken));

        Assert.Equal(SxtFailureReason.Throttled, failure.Reason);
        Assert.True(app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_forced_renewal_refreshes_once()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        var before = app.Session.Status.Generation;
        app.Pass(TimeSpan.FromMinutes(1));

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.True(app.Session.Status.Generation > before);
        Assert.Equal(1, app.Refreshes);
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_failure_is_not_forgotten_because_the_gateways_clock_turns_out_different()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(1));
        app.Gateway.InjectFault(SxtGatewayFault.DropBefore(kind: SxtGatewayCallKind.Refresh));
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Challenge));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.Session.RenewAsync(TestContext.Current.CancellationToken));
        app.Pass(TimeSpan.FromSeconds(40));
        var (failures, offset) = (app.Session.Status.Failures, app.Session.Status.GatewayClockOffset);
        app.Gateway.Options.ClockOffset = TimeSpan.FromSeconds(20);

        using var response = await app.QueryAsync();

        Assert.True(app.Session.Status.GatewayClockOffset > offset + TimeSpan.FromSeconds(10));
        Assert.InRange(failures, 2, 10);
        Assert.Equal((SxtFailureReason.Throttled, failures), (app.Session.Status.FailureReason, app.Session.Status.Failures));
    }
}
