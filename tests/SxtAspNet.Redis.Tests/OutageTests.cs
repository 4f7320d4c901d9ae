using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

/// <summary>A farm whose Redis is away, slow or unwilling.</summary>
public class OutageTests(Servers servers)
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
            () => farm.Instances.All(instance =>
                instance.Status.Mode is SxtSessionMode.Private && traffic.GenerationsOf(instance).Contains(instance.Status.Generation)),
            "all instances have a session of their own",
            farm.Describe);
        await server.StartAsync(Cancellation);
        await farm.IsOnOneGenerationAsync();
        await Eventually.IsTrueAsync(() => traffic.Generations.Count >= farm.Grants, "what was granted is used");
        await traffic.StopAsync();

        Assert.Equal(traffic.Generations.Count, farm.Grants);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
    }

    [Theory, EachServer]
    public async Task An_instance_whose_link_is_cut_renews_for_itself_and_rejoins(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var farm = new Farm(Times.ShortLived());
        farm.Add(server.Configuration, Times.Short);
        farm.Add(server.Configuration, Times.Short);
        var lonely = farm.Add(proxy.Configuration, Times.Short);
        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.IsOnOneGenerationAsync();
        await using var traffic = Traffic.Start(farm);

        proxy.Refuse();
        await Eventually.IsTrueAsync(
            () => lonely.Status.Mode is SxtSessionMode.Private
                && traffic.GenerationsOf(lonely).Contains(lonely.Status.Generation),
            "the instance has a session of its own",
            farm.Describe);
        proxy.Accept();
        await farm.IsOnOneGenerationAsync();
        await Eventually.IsTrueAsync(() => traffic.Generations.Count >= farm.Grants, "what was granted is used");
        await traffic.StopAsync();

        Assert.Equal(traffic.Generations.Count, farm.Grants);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
    }

    [Theory, EachServer]
    public async Task An_instance_whose_link_is_cut_for_a_moment_does_not_even_log_in(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var farm = new Farm();
        farm.Add(server.Configuration, Times.PollingOften);
        farm.Add(proxy.Configuration, Times.PollingOften);
        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.IsOnOneGenerationAsync();
        await using var traffic = Traffic.Start(farm);

        for (var time = 0; time < 3; time++)
        {
            var connections = proxy.Accepted;
            proxy.Cut();
            await Eventually.IsTrueAsync(() => proxy.Accepted > connections, "it connects again");
        }

        await farm.IsOnOneGenerationAsync();
        await traffic.StopAsync();
        Assert.Equal(1, farm.Grants);
    }

    [Theory, EachServer]
    public async Task A_slow_redis_slows_no_request(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var farm = new Farm();
        await farm.StartAsync(3, proxy.Configuration, Times.PollingOften);
        await using var client = await RedisClient.ConnectAsync(proxy.Configuration);

        proxy.Delay = TimeSpan.FromSeconds(5);
        await farm.IsDegradedAsync();
        var slowRead = client.Database.StringGetAsync("nothing");
        var renewing = farm.Instances.Select(instance => instance.Session.RenewAsync(Cancellation)).ToArray();
        await farm.QueryAllAsync(each: 50);
        Assert.False(slowRead.IsCompleted);

        // A login each, since the others may still use the token that a refresh would end.
        await Task.WhenAll(renewing);
        Assert.Equal((4, 0), (farm.Logins, farm.Refreshes));
        await farm.QueryAllAsync();
        await slowRead;
        proxy.Delay = TimeSpan.Zero;
        await farm.IsOnOneGenerationAsync();
        Assert.Equal(4, farm.Grants);
    }

    [Theory, EachServer]
    public async Task A_silent_redis_holds_up_neither_a_cold_start_nor_the_end(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        proxy.FallSilent();
        await using var farm = new Farm();
        var instance = farm.Add(proxy.Configuration, Times.PollingOften);

        await instance.StartAsync();
        using var response = await instance.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(SxtSessionMode.Private, instance.Status.Mode);
        Assert.Equal(SxtSessionState.Degraded, instance.Status.State);
        await farm.RemoveAsync(instance);
        Assert.Equal(1, farm.Grants);
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

    [Theory, EachServer]
    public async Task The_health_check_tells_of_an_outage_and_of_its_end(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var farm = new Farm();
        farm.Add(
            sxt =>
            {
                sxt.AddRedis(proxy.Configuration);
                sxt.Services.AddHealthChecks().AddSxt();
            },
            Times.PollingOften);
        var instance = farm.Instances[0];
        await instance.StartAsync();
        await farm.IsOnOneGenerationAsync();
        var health = instance.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Cancellation)).Status);

        proxy.Refuse();
        await Eventually.IsTrueAsync(
            async () => (await health.CheckHealthAsync(Cancellation)).Status is HealthStatus.Degraded, "the outage shows");
        Assert.True(instance.HasLogged(1401));

        proxy.Accept();
        await Eventually.IsTrueAsync(
            async () => (await health.CheckHealthAsync(Cancellation)).Status is HealthStatus.Healthy, "its end shows");
        Assert.True(instance.HasLogged(1402));
    }
}
