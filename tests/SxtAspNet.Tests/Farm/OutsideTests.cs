using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>As long as the gateway answers, nothing outside stops the farm: not its lock, not its store, not a clock.</summary>
public class OutsideTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ThreeTokens = TimeSpan.FromMinutes(75);

    [Fact]
    public async Task A_lock_that_is_granted_to_nobody_is_not_noticed_by_a_warm_farm()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.Room.IsLockStuck = true;

        await farm.PassWithTrafficAsync(ThreeTokens, TimeSpan.FromSeconds(2));

        Assert.Equal(1, farm.Logins);
        Assert.InRange(farm.Refreshes, 3, 4);
        farm.AssertOneSession();
        Assert.Contains(farm.Instances.SelectMany(instance => instance.Logs.GetSnapshot()), log => log.Id.Id == 1411 && log.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task A_cold_farm_waits_for_a_stuck_lock_for_half_of_AcquireTimeout_at_most()
    {
        await using var farm = new TestFarm(8);
        farm.Room.IsLockStuck = true;

        var sending = farm.Instances.Select(instance => instance.SendAsync()).ToArray();
        farm.Pass(TimeSpan.FromSeconds(15.5), TimeSpan.FromSeconds(0.1));

        Assert.All(sending, request => Assert.True(request.IsCompleted));
        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.InRange(farm.Logins, 1, 8);
        farm.AssertOneSession();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_lock_service_the_store_alone_keeps_the_farm_on_one_session(bool isCold)
    {
        await using var farm = new TestFarm(4);
        if (!isCold)
        {
            await farm.StartAsync();
        }

        farm.Instances.ForEach(instance => instance.Door.HasNoLock = true);
        var first = farm.Instances.Select(instance => instance.SendAsync()).ToArray();
        farm.Pass(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(0.1));
        Assert.All(await Task.WhenAll(first), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(25), TimeSpan.FromSeconds(2));

        farm.AssertOneSession();
        Assert.InRange(farm.Renewals, 2, 4);
    }

    [Fact]
    public async Task A_cold_start_with_a_store_that_never_answers_takes_two_store_timeouts()
    {
        await using var farm = new TestFarm(1);
        farm.Instances[0].Door.Hangs = true;

        var sending = farm.Instances[0].SendAsync();
        farm.Pass(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(0.1));
        Assert.False(sending.IsCompleted);
        farm.Pass(TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.1));

        Assert.True(sending.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
    }

    [Fact]
    public async Task A_request_goes_on_with_the_new_token_while_the_store_hangs_at_writing_it()
    {
        await using var farm = new TestFarm(1);
        farm.Instances[0].Door.HangsAtWrites = true;

        var cold = farm.Instances[0].SendAsync();
        farm.Pass(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1));

        Assert.True(cold.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await cold).StatusCode);
    }

    [Fact]
    public async Task A_request_with_a_token_that_a_refresh_ended_goes_on_with_the_new_one_while_the_store_hangs_at_writing_it()
    {
        await using var farm = new TestFarm(1);
        await farm.StartAsync();
        farm.PassToRenewal();
        farm.Instances[0].Door.HangsAtWrites = true;
        farm.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(1), kind: SxtGatewayCallKind.Refresh));

        // It is sent while the refresh, which has ended the old token, is not answered yet.
        for (var i = 0; i < 100 && farm.Refreshes == 0; i++)
        {
            farm.Pass(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1));
        }

        var sending = farm.Instances[0].SendAsync();
        farm.Pass(TimeSpan.FromSeconds(1.1), TimeSpan.FromSeconds(0.1));

        Assert.Equal(1, farm.Refreshes);
        Assert.Contains(farm.Gateway.Calls.All, call => call is { Kind: SxtGatewayCallKind.Sql, Status: 401 });
        Assert.True(sending.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
    }

    [Fact]
    public async Task An_instance_that_is_stopped_in_a_login_without_an_answer_leaves_the_lock_to_the_next()
    {
        await using var farm = new TestFarm(2);
        farm.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, times: 1, SxtGatewayCallKind.Challenge));
        await farm.Instances[0].StartAsync();
        var unanswered = farm.Instances[0].SendAsync();

        var stopping = farm.Instances[0].StopAsync();
        farm.Pass(TimeSpan.FromSeconds(5.1), TimeSpan.FromSeconds(0.1));
        Assert.True(stopping.IsCompletedSuccessfully, "The instance has not stopped.");
        var next = farm.Instances[1].SendAsync();
        farm.Pass(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1));

        Assert.True(next.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await next).StatusCode);
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => unanswered);
    }

    [Fact]
    public async Task The_lock_is_released_though_all_that_is_under_way_is_cut_off()
    {
        await using var app = new TestApp(isDeterministic: false);
        var room = new SharedRoom(app.Time);
        var context = app.Services.GetRequiredKeyedService<SessionContext>("");
        var held = await new SessionLock(context, room.Open(), "farm").TryAcquireAsync();
        Assert.NotNull(held.Value);

        context.CutOff();
        await held.Value.DisposeAsync();

        Assert.False(room.IsHeld("farm"));
    }

    [Fact]
    public async Task A_record_that_nobody_can_open_is_replaced_once_it_is_older_than_any_record_lives()
    {
        await using var farm = new TestFarm(3);
        await farm.StartAsync();
        var (key, record) = Assert.Single(farm.Room.Records);
        var forged = record.ToArray();
        forged[^1] ^= 1;
        farm.Room.Put(key, forged);

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(50), TimeSpan.FromSeconds(5));
        Assert.Equal(forged, farm.Room.Records[key]);
        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(5));

        Assert.NotEqual(forged, farm.Room.Records[key]);
        farm.AssertOneSession();
        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.Active, instance.Status.State));
    }

    [Fact]
    public async Task An_instance_that_starts_after_an_outage_asks_before_it_presents_a_token_that_is_over()
    {
        await using var farm = new TestFarm(1);
        await farm.StartAsync();
        farm.Instances[0].Kill();
        farm.Pass(TimeSpan.FromMinutes(27));

        var late = farm.Add();
        var sending = late.SendAsync();
        farm.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.DoesNotContain(farm.Gateway.Calls.All, call => call.Kind == SxtGatewayCallKind.Sql && call.Status == 401);
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(2, farm.Logins);
    }

    [Fact]
    public async Task An_instance_that_is_told_no_time_asks_once_about_a_token_that_is_over()
    {
        await using var farm = new TestFarm(1);
        await farm.StartAsync();
        farm.Instances[0].Kill();
        farm.Pass(TimeSpan.FromMinutes(27));
        var late = farm.Add();
        late.IsToldNoTime = true;

        await late.StartAsync();
        farm.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal(SxtSessionState.Active, late.Status.State);
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(2, farm.Logins);
    }

    [Fact]
    public async Task A_write_that_a_store_has_lost_although_it_said_otherwise_is_made_again()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var owner = farm.Owner;
        var (key, last) = Assert.Single(farm.Room.Records);
        (farm.Room.NoticesAreLost, owner.Door.LosesNextWrite) = (true, true);

        await owner.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.False(owner.Door.LosesNextWrite);
        Assert.Equal(SxtSessionMode.Owner, owner.Status.Mode);
        Assert.NotEqual(last, farm.Room.Records[key]);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(240)]
    public async Task After_an_outage_the_farm_is_back_two_seconds_after_the_gateway(int minutes)
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.Gateway.InjectFault(SxtGatewayFault.Status(503));
        farm.Pass(TimeSpan.FromMinutes(minutes), TimeSpan.FromSeconds(0.5));
        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.Unavailable, instance.Status.State));
        var asked = farm.Gateway.Calls.Count(SxtGatewayCallKind.Challenge);
        farm.Pass(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(0.1));

        // One instance of the farm asks, whose attempt is three calls: it repeats a challenge twice.
        Assert.InRange(farm.Gateway.Calls.Count(SxtGatewayCallKind.Challenge) - asked, 60, 150);
        farm.Gateway.ClearFaults();
        farm.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.1));

        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.Active, instance.Status.State));
        Assert.Equal(2, farm.Logins);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_refresh_that_was_lost_adopts_what_another_instance_has_logged_in_for_meanwhile()
    {
        await using var farm = new TestFarm(2, new() { OldAccessTokensSurviveRefresh = true });
        await farm.StartAsync();
        farm.PassToRenewal();
        var owner = farm.Owner;
        farm.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromMinutes(2), times: 1, SxtGatewayCallKind.Refresh));
        while (farm.Refreshes == 0)
        {
            farm.Pass(TimeSpan.FromSeconds(0.1));
        }

        // The lease of an owner that is paused ends.
        farm.Room.ForgetLeases();
        await farm.Instances.Single(instance => instance != owner).Session.RenewAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(12));

        Assert.Equal(2, farm.Logins);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_lost_lock_service_and_lost_notices_are_healed_by_polls()
    {
        await using var farm = new TestFarm(3);
        await farm.StartAsync();
        farm.Room.NoticesAreLost = true;
        farm.Room.IsLockStuck = true;
        farm.PassToRenewal();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(2) + Poll);

        farm.AssertOneSession();
        Assert.Equal(1, farm.Logins);
    }
}
