using System.Net;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class LogoutTests
{
    [Fact]
    public async Task A_logout_asks_the_gateway_once_and_drops_the_token()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.Equal(SxtSessionState.LoggedOut, app.Session.Status.State);
        Assert.Null(app.Session.Status.AccessTokenExpiresAt);
        Assert.Null(app.Session.Status.RenewalDueAt);
    }

    [Fact]
    public async Task After_a_logout_nothing_in_the_background_logs_in()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        app.Pass(TimeSpan.FromHours(26), TimeSpan.FromSeconds(30));

        Assert.Equal(1, app.Logins);
        Assert.Equal(0, app.Refreshes);
    }

    [Fact]
    public async Task After_a_logout_the_next_requests_share_one_login()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.Token));

        var sending = Enumerable.Range(0, 20).Select(_ => app.QueryAsync()).ToArray();
        app.Pass(TimeSpan.FromSeconds(2));

        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(2, app.Logins);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task After_a_logout_and_a_login_the_session_is_renewed_in_the_background_again()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        using var response = await app.QueryAsync();

        app.Pass(TimeSpan.FromMinutes(21));

        Assert.Equal(1, app.Refreshes);
    }

    [Theory]
    [InlineData(500, SxtFailureReason.GatewayUnreachable)]
    [InlineData(429, SxtFailureReason.Throttled)]
    [InlineData(403, SxtFailureReason.BadAnswer)]
    public async Task A_logout_that_the_gateway_does_not_confirm_keeps_the_session_and_throws(int status, SxtFailureReason reason)
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(status, kind: SxtGatewayCallKind.Logout));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            () => app.Session.LogoutAsync(TestContext.Current.CancellationToken));

        Assert.Equal(reason, failure.Reason);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
        using var response = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        app.Pass(TimeSpan.FromMinutes(21));
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task A_logout_of_a_session_that_is_dead_already_is_a_success()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.RevokeSessions(TestApp.User);

        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.LoggedOut, app.Session.Status.State);
    }

    [Fact]
    public async Task A_logout_without_a_session_asks_nobody()
    {
        await using var app = new TestApp();

        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Empty(app.Gateway.Calls.All);
        Assert.Equal(SxtSessionState.LoggedOut, app.Session.Status.State);
    }

    [Fact]
    public async Task A_logout_waits_for_the_renewal_that_is_under_way_and_ends_its_session()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), times: 1, SxtGatewayCallKind.Refresh));
        var renewing = app.Session.RenewAsync(TestContext.Current.CancellationToken);

        var leaving = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        app.Pass(TimeSpan.FromSeconds(2));
        await renewing;
        await leaving;

        var logout = Assert.Single(app.Gateway.Calls.All, call => call.Kind == SxtGatewayCallKind.Logout);
        Assert.Equal(204, logout.Status);
        Assert.Equal(SxtSessionState.LoggedOut, app.Session.Status.State);
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task Two_logouts_at_once_are_one_call()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.Logout));

        var first = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        var second = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Pass(TimeSpan.FromSeconds(2));
        await Task.WhenAll(first, second);

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Fact]
    public async Task A_logout_that_waits_too_long_for_a_renewal_says_that_nothing_was_logged_out()
    {
        await using var app = new TestApp(options => options.GatewayTimeout = TimeSpan.FromMinutes(1));
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromMinutes(2), kind: SxtGatewayCallKind.Refresh));
        var renewal = app.Session.RenewAsync(TestContext.Current.CancellationToken);

        var logout = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Pass(TimeSpan.FromSeconds(31));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => logout);
        Assert.Equal(SxtFailureReason.TimedOut, failure.Reason);
        Assert.Equal("Nothing was logged out: a renewal has been under way for 30 s (AcquireTimeout), and the logout comes after it.", failure.Message);
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => renewal);
    }

    [Fact]
    public async Task A_logout_that_takes_too_long_says_that_it_goes_on()
    {
        await using var app = new TestApp(options => options.GatewayTimeout = TimeSpan.FromMinutes(1));
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(50), kind: SxtGatewayCallKind.Logout));

        var logout = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Pass(TimeSpan.FromSeconds(31));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => logout);
        Assert.Equal("The logout has not ended within 30 s (AcquireTimeout); it goes on.", failure.Message);
    }

    [Fact]
    public async Task Requests_use_the_token_until_the_gateway_has_ended_it()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.Logout));
        var leaving = app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        var sending = app.QueryAsync();

        Assert.True(sending.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        app.Pass(TimeSpan.FromSeconds(2));
        await leaving;
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_request_that_has_no_token_during_a_logout_waits_for_it_and_logs_in()
    {
        await using var app = new TestApp(options => options.LoginAtStartup = SxtLoginAtStartup.OnDemand, gateway: new() { AccessTokenLifetime = TimeSpan.FromSeconds(30) });
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(8), kind: SxtGatewayCallKind.Logout));
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Refresh, retryAfter: TimeSpan.FromMinutes(5)));
        app.Pass(TimeSpan.FromSeconds(25));
        var leaving = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Pass(TimeSpan.FromSeconds(6));

        var sending = app.QueryAsync();
        Assert.False(sending.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(2));
        await leaving;

        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_end_the_logout()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.Logout));
        using var impatience = new CancellationTokenSource();
        var leaving = app.Session.LogoutAsync(impatience.Token);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        app.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(SxtSessionState.LoggedOut, app.Session.Status.State);
    }

    [Fact]
    public async Task A_logout_that_fails_does_not_end_the_renewals()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(app.Session.Status.RenewalDueAt!.Value - app.Time.GetUtcNow() - TimeSpan.FromSeconds(2));
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(60), kind: SxtGatewayCallKind.Logout));

        var leaving = app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Pass(TimeSpan.FromSeconds(12));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => leaving);
        app.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal(1, app.Refreshes);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_logout_that_the_app_asks_for_while_it_stops_is_made()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        await app.StopAsync();

        // On another thread: what goes round in circles must not do it here.
        await Task.Run(() => app.Session.LogoutAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.Equal(SxtSessionState.LoggedOut, app.Session.Status.State);
    }
}
