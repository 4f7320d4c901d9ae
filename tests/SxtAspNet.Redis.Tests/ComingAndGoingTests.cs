using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.Redis.Tests;

/// <summary>Instances that start, stop and vanish.</summary>
public class ComingAndGoingTests(Servers servers)
{
    [Theory, EachServer]
    public async Task An_instance_that_joins_asks_nothing_of_the_gateway(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(1, server.Configuration);
        var calls = farm.AuthenticationCalls;

        await farm.StartAsync(3, server.Configuration);
        await farm.QueryAllAsync(each: 10);

        Assert.Equal(calls, farm.AuthenticationCalls);
    }

    [Theory, EachServer]
    public async Task An_instance_that_stops_takes_the_session_from_nobody(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(3, server.Configuration);
        var generation = farm.Owner.Status.Generation;

        var owner = farm.Owner;
        await owner.StopAsync();
        await farm.RemoveAsync(owner);

        await farm.QueryAllAsync();
        await farm.IsOnOneGenerationAsync(current => current == generation);
        Assert.Equal(1, farm.Grants);
        Assert.Equal(0, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Theory, EachServer]
    public async Task When_the_owner_is_gone_somebody_else_renews_in_time(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm(Times.ShortLived());
        await farm.StartAsync(3, server.Configuration, Times.Short);
        var first = farm.Owner.Status.Generation;
        await farm.RemoveAsync(farm.Owner);
        await using var traffic = Traffic.Start(farm);

        await farm.IsOnOneGenerationAsync(generation => generation > first);
        await traffic.StopAsync();

        Assert.Equal((2, 0), (farm.Logins, farm.Refreshes));
    }

    [Theory, EachServer]
    public async Task After_a_whole_restart_the_farm_goes_on_with_the_session_in_redis(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(2, server.Configuration);
        var generation = farm.Owner.Status.Generation;
        await farm.RemoveAsync([.. farm.Instances]);

        await farm.StartAsync(2, server.Configuration);

        Assert.All(farm.Instances, instance => Assert.Equal(generation, instance.Status.Generation));
        Assert.Equal(1, farm.Grants);
    }
}
