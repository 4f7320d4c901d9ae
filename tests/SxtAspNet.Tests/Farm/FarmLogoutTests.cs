using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Farm;

/// <summary>A logout among other instances.</summary>
public class FarmLogoutTests
{
    [Fact]
    public async Task It_is_newer_than_the_session_that_it_ends_although_the_gateways_clock_went_back()
    {
        await using var farm = new TestFarm(1, new() { ClockOffset = TimeSpan.FromMinutes(10) });
        await farm.StartAsync();
        farm.Gateway.Options.ClockOffset = TimeSpan.Zero;

        await farm.Add().Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.LoggedOut, instance.Status.State));
        farm.AssertOneSession();
    }

    [Fact]
    public async Task It_waits_for_another_instances_renewal_and_ends_what_that_brings()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var (owner, other) = (farm.Owner, farm.Instances.Single(instance => instance != farm.Owner));
        farm.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(1), kind: SxtGatewayCallKind.Refresh));

        var renewing = owner.Session.RenewAsync(TestContext.Current.CancellationToken);
        var leaving = other.Session.LogoutAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(0.1));
        await renewing;
        await leaving;

        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.LoggedOut, instance.Status.State));
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
    }

    [Fact]
    public async Task A_lock_that_is_granted_to_nobody_holds_it_up_for_two_seconds()
    {
        await using var farm = new TestFarm(1);
        await farm.StartAsync();
        farm.Room.IsLockStuck = true;

        var leaving = farm.Instances[0].Session.LogoutAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(0.1));
        Assert.False(leaving.IsCompleted);
        farm.Pass(TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.1));

        Assert.True(leaving.IsCompletedSuccessfully);
        Assert.Equal(SxtSessionState.LoggedOut, farm.Instances[0].Status.State);
    }

    [Fact]
    public async Task Where_the_store_is_away_it_is_this_instances_own_and_the_status_says_so()
    {
        await using var farm = new TestFarm(1);
        var instance = farm.Instances[0];
        instance.Door.IsShut = true;

        await instance.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Equal((SxtSessionState.LoggedOut, SxtSessionMode.Private), (instance.Status.State, instance.Status.Mode));
        Assert.StartsWith("Reading the session store failed", instance.Status.FailureMessage, StringComparison.Ordinal);
    }
}
