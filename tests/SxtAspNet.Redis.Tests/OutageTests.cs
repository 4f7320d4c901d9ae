using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

/// <summary>A farm whose Redis is away or unwilling.</summary>
public class OutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachServer]
    public async Task When_redis_crashes_and_returns_empty_requests_go_on_and_the_farm_meets_again(ServerKind kind)
    {
        await using var server = await Servers.StartAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(3, server.Configuration, Times.PollingOften);
        var generation = farm.Owner.Status.Generation;
        await using var traffic = Traffic.Start(farm);

        await server.StopAsync();
        await farm.IsDegradedAsync();
        Assert.All(farm.Instances, instance => Assert.Equal(generation, instance.Status.Generation));
        await server.StartAsync(Cancellation);
        await farm.IsOnOneGenerationAsync(current => current == generation);
        await traffic.StopAsync();

        Assert.Equal(1, farm.Grants);
        await using var client = await RedisClient.ConnectAsync(server);
        await client.RecordKeyAsync(farm.Prefix);
    }

    [Theory, EachServer]
    public async Task During_an_outage_each_instance_renews_for_itself_once_per_generation(ServerKind kind)
    {
        await using var server = await Servers.StartAsync(kind);
        await using var farm = new Farm(Times.ShortLived());
        await farm.StartAsync(3, server.Configuration, Times.Short);
        await using var traffic = Traffic.Start(farm);

        await server.StopAsync();
        await Eventually.IsTrueAsync(
            () => farm.Instances.All(instance => instance.Status.Mode is SxtSessionMode.Private)
                && farm.Grants == 1 + farm.Instances.Sum(instance => traffic.GenerationsOf(instance).Count - 1),
            "all instances have sessions of their own, by one call each",
            () => $"{farm.Grants} grants; {farm.Describe()}");
        await server.StartAsync(Cancellation);
        await farm.IsOnOneGenerationAsync();
        await traffic.StopAsync();

        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task A_redis_that_refuses_writes_only_costs_the_sharing()
    {
        await using var server = await Servers.StartAsync(ServerKind.Redis);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(3, server.Configuration, Times.PollingOften);
        await using var traffic = Traffic.Start(farm);

        await client.ConfigureAsync("min-replicas-to-write", "1");
        await Assert.ThrowsAnyAsync<StackExchange.Redis.RedisException>(() => client.Database.StringSetAsync("some", "value"));
        await Task.WhenAll(farm.Instances.Select(instance => instance.Session.RenewAsync(Cancellation)));
        Assert.Equal((4, 0), (farm.Logins, farm.Refreshes));
        await farm.IsDegradedAsync();

        await client.ConfigureAsync("min-replicas-to-write", "0");
        await farm.IsOnOneGenerationAsync();
        await traffic.StopAsync();
        Assert.Equal(4, farm.Grants);
    }

    [Fact]
    public async Task A_redis_that_became_a_replica_only_costs_the_sharing()
    {
        await using var server = await Servers.StartAsync(ServerKind.Redis);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();

        // The client looks for a change of roles once a minute by itself.
        var configuration = server.Configuration + ",configCheckSeconds=1";
        await farm.StartAsync(3, configuration, Times.PollingOften);
        await using var traffic = Traffic.Start(farm);

        await client.Database.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        await Task.WhenAll(farm.Instances.Select(instance => instance.Session.RenewAsync(Cancellation)));
        Assert.Equal((4, 0), (farm.Logins, farm.Refreshes));
        await farm.IsDegradedAsync();

        await client.Database.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await farm.IsOnOneGenerationAsync();
        await traffic.StopAsync();
        Assert.Equal(4, farm.Grants);
    }
}
