using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests;

/// <summary>Instances whose link to Redis is cut, slow or silent.</summary>
public class LinkTests(Servers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
        await Eventually.IsTrueAsync(
            () => farm.Grants - traffic.Generations.Count is 0 or 1,
            "each generation took one call, and a login of its own that came too late was dropped",
            () => $"{farm.Grants} grants, {traffic.Generations.Count} generations; {farm.Describe()}");
        await traffic.StopAsync();

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
    public async Task At_a_slow_redis_each_instance_renews_for_itself_until_it_is_fast_again(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var farm = new Farm();
        await farm.StartAsync(3, proxy.Configuration, Times.GivingUpSoon);
        await using var traffic = Traffic.Start(farm);

        proxy.Delay = TimeSpan.FromSeconds(4);
        await farm.IsDegradedAsync();

        // A login each, since the others may still use the token that a refresh would end.
        await Task.WhenAll(farm.Instances.Select(instance => instance.Session.RenewAsync(Cancellation)));
        Assert.Equal((4, 0), (farm.Logins, farm.Refreshes));

        proxy.Delay = TimeSpan.Zero;
        await farm.IsOnOneGenerationAsync();
        await traffic.StopAsync();
        Assert.Equal(4, farm.Grants);
    }

    [Theory, EachServer]
    public async Task No_request_waits_for_a_redis_that_fell_silent(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var farm = new Farm();
        await farm.StartAsync(3, proxy.Configuration, Times.GivingUpSoon);
        await using var client = await RedisClient.ConnectAsync(proxy.Configuration);

        proxy.FallSilent();
        var read = client.Database.StringGetAsync("nothing");
        await farm.QueryAllAsync(each: 50);
        await farm.IsDegradedAsync();
        await farm.QueryAllAsync(each: 50);
        Assert.False(read.IsCompleted);

        proxy.Speak();
        await farm.IsOnOneGenerationAsync();
        Assert.Equal(1, farm.Grants);
    }

    [Theory, EachServer]
    public async Task A_silent_redis_holds_up_neither_a_cold_start_nor_the_end(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        proxy.FallSilent();
        await using var farm = new Farm();
        var instance = farm.Add(proxy.Configuration, Times.GivingUpSoon);

        await instance.StartAsync();
        using var response = await instance.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(SxtSessionMode.Private, instance.Status.Mode);
        Assert.Equal(SxtSessionState.Degraded, instance.Status.State);
        await farm.RemoveAsync(instance);
        Assert.Equal(1, farm.Grants);
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
                sxt.AddRedis(Times.Patiently(proxy.Configuration));
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
