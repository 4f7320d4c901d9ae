using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Farm;

/// <summary>A renewal that the app asks for.</summary>
public sealed class RenewNowTests
{
    [Fact]
    public async Task Asked_for_while_the_last_one_is_still_being_published_it_brings_a_newer_session()
    {
        await using var farm = new TestFarm(1);
        var instance = farm.Instances[0];
        farm.Gateway.Calls.Completed += call => instance.Door.Hangs |= call.Kind is SxtGatewayCallKind.Token;
        await farm.StartAsync();
        await instance.SucceedAsync();
        var first = instance.Status.Generation;

        var renewing = instance.Session.RenewAsync(TestContext.Current.CancellationToken);
        var isWaiting = !renewing.IsCompleted;
        instance.Door.Hangs = false;
        farm.Pass(TimeSpan.FromSeconds(10));
        await renewing;

        Assert.True(isWaiting);
        Assert.True(instance.Status.Generation > first);
    }

    [Fact]
    public async Task Asked_for_while_one_is_under_way_it_costs_no_further_call()
    {
        await using var farm = new TestFarm(1, new() { Latency = TimeSpan.FromSeconds(1) });
        var instance = farm.Instances[0];
        await farm.StartAsync();

        var renewing = instance.Session.RenewAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(10));
        await renewing;

        Assert.Equal(1, farm.Renewals);
    }
}
