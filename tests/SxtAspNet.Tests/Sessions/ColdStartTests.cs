using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class ColdStartTests
{
    [Fact]
    public async Task Five_hundred_concurrent_cold_requests_share_one_login()
    {
        await using var app = new TestApp(isDeterministic: false);
        using var client = app.CreateClient();
        using var gate = new ManualResetEventSlim();

        var sending = Enumerable.Range(0, 500).Select(_ => Task.Run(async () =>
        {
            gate.Wait(TestContext.Current.CancellationToken);
            using var response = await app.QueryAsync(client);
            return response.StatusCode;
        })).ToArray();
        gate.Set();

        Assert.All(await Task.WhenAll(sending), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task Requests_that_meet_a_slow_login_wait_for_that_one()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(3), kind: SxtGatewayCallKind.Token));

        var sending = Enumerable.Range(0, 50).Select(_ => app.QueryAsync()).ToArray();
        Assert.All(sending, task => Assert.False(task.IsCompleted));
        app.Pass(TimeSpan.FromSeconds(3));

        foreach (var response in await Task.WhenAll(sending))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }

        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_first_caller_that_gives_up_does_not_end_the_login_that_others_wait_for()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(3), kind: SxtGatewayCallKind.Token));
        using var impatience = new CancellationTokenSource();

        var first = app.QueryAsync(impatience.Token);
        var second = app.QueryAsync();
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        app.Pass(TimeSpan.FromSeconds(3));
        using var response = await second;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_request_waits_no_longer_than_the_acquire_timeout_and_the_login_goes_on()
    {
        await using var app = new TestApp(options =>
        {
            options.AcquireTimeout = TimeSpan.FromSeconds(2);
            options.GatewayTimeout = TimeSpan.FromSeconds(20);
        });
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(10), times: 1, SxtGatewayCallKind.Token));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => sending);
        Assert.Equal(SxtFailureReason.TimedOut, failure.Reason);
        app.Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_warm_token_is_there_synchronously()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        var acquiring = app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.True(acquiring.IsCompletedSuccessfully);
        Assert.DoesNotContain((await acquiring).GetValue(), (await acquiring).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_does_not_see_the_first_callers_async_locals()
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new List<string?>();
        SessionRenewals? renewals = null;
        SessionOperation? login = null;
        await using var app = new TestApp(
            options => options.RenewJitter = TimeSpan.Zero,
            services => services.ObserveGatewayCalls(() =>
            {
                seen.Add(ambient.Value);
                login ??= renewals!.Running;
            }),
            isDeterministic: false);
        renewals = app.Services.GetRequiredKeyedService<SessionRenewals>("");

        ambient.Value = "the first caller";
        using var response = await app.QueryAsync();

        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Null);

        // Nor does the timer, which is created and set while the first caller's context is current. The login sets it at its end, after the
        // request is answered; were it later than the time that passes here, nobody would be left to let it fire.
        Assert.True(await login!.HasEndedAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken));
        seen.Clear();
        app.Pass(TimeSpan.FromMinutes(20));
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.Refresh, 1, TestContext.Current.CancellationToken);
        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Null);
    }
}
