using SxtAspNet.Farm.Tests.Infrastructure;
using SxtAspNet.Testing;
using WebFarm.Processes;

namespace SxtAspNet.Farm.Tests;

/// <summary>What becomes of the farm when something happens to the one that renews.</summary>
public sealed class OwnerTests
{
    private const string CannotPause = "Windows can't pause a process (SIGSTOP).";

    [Fact]
    public async Task A_killed_owner_costs_one_login()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with { Instances = 3 });
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        await farm.Farm.KillAsync(await farm.OwnerAsync());
        generation = await farm.AgreeAsync(above: generation);
        await farm.AgreeAsync(above: generation);

        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(1);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task A_lock_holder_that_is_killed_during_its_gateway_call_costs_one_login_of_each_other_at_most()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with { Instances = 3, LockLease = TimeSpan.FromSeconds(2) });
        var owner = await farm.OwnerAsync();
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        // A refresh that never comes back would be enough; that it is done nevertheless is worse.
        var refreshes = farm.Refreshes;
        farm.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(2), times: 1, SxtGatewayCallKind.Refresh));
        await farm.Calls.WaitForAsync(SxtGatewayCallKind.Refresh, refreshes + 1, TestContext.Current.CancellationToken);
        await farm.Farm.KillAsync(owner);
        await farm.AgreeAsync(above: generation);

        // Both others may stop waiting for the dead holder's lock at the same moment.
        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(1, 2);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task An_owner_that_is_paused_with_the_lock_adopts_what_the_others_did_meanwhile()
    {
        Assert.SkipUnless(Suspension.IsSupported, CannotPause);
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with { Instances = 3, LockLease = TimeSpan.FromSeconds(2) });
        var owner = await farm.OwnerAsync();
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        var refreshes = farm.Refreshes;
        farm.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(1), times: 1, SxtGatewayCallKind.Refresh));
        await farm.Calls.WaitForAsync(SxtGatewayCallKind.Refresh, refreshes + 1, TestContext.Current.CancellationToken);
        await farm.Farm.PauseAsync(owner);
        var others = await farm.AgreeAsync(above: generation);
        await farm.Farm.ResumeAsync(owner);

        // What it finds in its socket is the answer to its refresh, which is older than what the others have.
        await farm.IsTrueOfAsync(owner, session => session.Generation >= others, "adopts the newer session");
        await farm.AgreeAsync(above: others - 1);
        await farm.StopTrafficAsync();

        // Both others may stop waiting for the paused holder's lock at the same moment.
        farm.AssertFurtherLogins(1, 2);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task An_owner_that_is_paused_longer_than_its_refresh_token_lives_does_not_present_it()
    {
        Assert.SkipUnless(Suspension.IsSupported, CannotPause);
        var settings = TestFarm.Lively with { Instances = 3 };
        await using var farm = await TestFarm.StartAsync(settings);
        var owner = await farm.OwnerAsync();
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        // A generation is the gateway's time, in ms, at which it began.
        await farm.Farm.PauseAsync(owner);
        var others = await farm.AgreeAsync(above: generation + (long)settings.RefreshTokenLifetime.TotalMilliseconds);
        await farm.Farm.ResumeAsync(owner);

        await TestFarm.RequestAsync([owner], each: 5);
        await farm.AgreeAsync(above: others - 1);
        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(1);
        farm.AssertNoTokenMisused();
    }
}
