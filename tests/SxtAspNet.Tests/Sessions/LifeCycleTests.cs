using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class LifeCycleTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public async Task A_first_request_logs_in_with_one_challenge_and_one_exchange()
    {
        await using var app = new TestApp();

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task Steady_traffic_over_more_than_a_day_never_fails_and_never_waits_after_the_first_request()
    {
        await using var app = new TestApp();

        // Every gateway call takes two seconds, API calls take none: a request that waits for a renewal would show.
        foreach (var kind in new[] { SxtGatewayCallKind.Challenge, SxtGatewayCallKind.Token, SxtGatewayCallKind.Refresh })
        {
            app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: kind));
        }

        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(10));
        using var client = app.CreateClient();
        var end = app.Time.GetUtcNow() + Day + TimeSpan.FromHours(1);
        while (app.Time.GetUtcNow() < end)
        {
            var sending = app.QueryAsync(client);
            Assert.True(sending.IsCompleted, $"A request waited at {app.Time.GetUtcNow():O}.");
            using var response = await sending;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            app.Pass(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(2, app.Logins);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.InRange(app.Refreshes, 70, 78);
        Assert.Equal(0, app.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(0, app.Gateway.Calls.ExpiredTokensPresented);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task The_24_hour_end_is_met_by_a_login_beforehand()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        var firstEnd = app.Session.Status.SessionEndsAt!.Value;

        app.Pass(Day - TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));

        Assert.Equal(2, app.Logins);
        Assert.True(app.Session.Status.SessionEndsAt > firstEnd);
    }

    [Fact]
    public async Task A_session_end_that_only_the_token_tells_is_met_too()
    {
        await using var app = new TestApp(gateway: new() { SendSessionExpires = false, SessionLifetime = TimeSpan.FromHours(2) });
        await app.StartAsync();

        app.Pass(TimeSpan.FromHours(2) - TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));

        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task Without_traffic_the_session_is_kept_alive_too()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        app.Pass(TimeSpan.FromHours(3), TimeSpan.FromSeconds(10));

        Assert.Equal(1, app.Logins);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
        Assert.InRange(app.Refreshes, 8, 10);
    }

    [Fact]
    public async Task On_demand_nothing_is_asked_before_the_first_request()
    {
        await using var app = new TestApp(options => options.LoginAtStartup = SxtLoginAtStartup.OnDemand);

        await app.StartAsync();
        app.Pass(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

        Assert.Empty(app.Gateway.Calls.All);
        Assert.Equal(SxtSessionState.NotStarted, app.Session.Status.State);
    }

    [Fact]
    public async Task In_the_background_the_start_does_not_wait_for_the_login()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(5), times: 1));

        await app.StartAsync();
        Assert.Equal(SxtSessionState.NotStarted, app.Session.Status.State);
        app.Pass(TimeSpan.FromSeconds(6));

        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_required_login_that_fails_fails_the_start()
    {
        await using var app = new TestApp(options => options.LoginAtStartup = SxtLoginAtStartup.Required);
        app.Gateway.InjectFault(SxtGatewayFault.Status(500, kind: SxtGatewayCallKind.Token));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(app.StartAsync);

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
    }

    [Fact]
    public async Task A_stop_lets_a_refresh_finish_and_logs_nobody_out()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(3), times: 1, SxtGatewayCallKind.Refresh));
        app.Pass(app.Session.Status.RenewalDueAt!.Value - app.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
        var before = app.Session.Status.Generation;

        var stopping = app.StopAsync();
        Assert.False(stopping.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(4));
        await stopping;

        Assert.True(app.Session.Status.Generation > before);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        app.Pass(TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task After_a_stop_nothing_in_the_background_logs_in()
    {
        await using var app = new TestApp();
        var manager = app.Services.GetRequiredKeyedService<SessionManager>("");
        await manager.StopAsync(TestContext.Current.CancellationToken);

        manager.StartInBackground();

        Assert.Empty(app.Gateway.Calls.All);
        Assert.Equal(SxtSessionState.NotStarted, app.Session.Status.State);
    }

    [Fact]
    public async Task After_the_disposal_nothing_begins_in_the_background()
    {
        await using var app = new TestApp();
        var manager = app.Services.GetRequiredKeyedService<SessionManager>("");
        manager.Dispose();

        manager.StartInBackground();

        Assert.Equal((SxtSessionState.NotStarted, 0), (app.Session.Status.State, app.Session.Status.Failures));
        Assert.Empty(app.Gateway.Calls.All);
    }

    [Fact]
    public async Task A_stop_that_comes_after_the_services_are_disposed_is_no_failure()
    {
        var app = new TestApp();
        await app.StartAsync();
        await app.DisposeAsync();

        Assert.Null(await Record.ExceptionAsync(app.StopAsync));
    }
}
