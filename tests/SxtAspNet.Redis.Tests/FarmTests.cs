using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.Redis.Tests;

/// <summary>A farm with a Redis that works.</summary>
public class FarmTests(Servers servers)
{
    [Theory, EachServer]
    public async Task A_cold_start_under_load_logs_in_once(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        for (var index = 0; index < 8; index++)
        {
            farm.Add(server.Configuration);
        }

        await Task.WhenAll([.. farm.Instances.Select(instance => Task.Run(instance.StartAsync)), farm.QueryAllAsync(each: 50)]);

        await farm.IsOnOneGenerationAsync();
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, farm.Logins);
        Assert.Equal(0, farm.Refreshes);
        Assert.Equal(1, farm.Instances.Count(instance => instance.Status.Mode is SxtSessionMode.Owner));
    }

    [Theory, EachServer]
    public async Task A_renewal_reaches_all_instances_by_a_notice(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(4, server.Configuration, Times.NeverPolling);
        var first = farm.Owner.Status.Generation;

        await farm.Owner.Session.RenewAsync(TestContext.Current.CancellationToken);

        await farm.IsOnOneGenerationAsync(generation => generation > first);
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
        await farm.QueryAllAsync();
        Assert.Equal(0, farm.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Theory, EachServer]
    public async Task Whoever_does_not_own_the_session_renews_it_by_a_login(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(3, server.Configuration, Times.NeverPolling);
        var first = farm.Owner.Status.Generation;
        var other = farm.Instances.First(instance => instance.Status.Mode is SxtSessionMode.Shared);

        await other.Session.RenewAsync(TestContext.Current.CancellationToken);

        await farm.IsOnOneGenerationAsync(generation => generation > first);
        Assert.Equal((2, 0), (farm.Logins, farm.Refreshes));
        Assert.Same(other, farm.Owner);
    }

    [Theory, EachServer]
    public async Task Generations_follow_each_other_with_one_renewal_each_and_no_request_fails(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm(Times.ShortLived());
        await farm.StartAsync(4, server.Configuration, Times.Short);
        await using var traffic = Traffic.Start(farm);

        await Eventually.IsTrueAsync(() => traffic.Generations.Count >= 4, "the session is renewed three times", farm.Describe);
        await Eventually.IsTrueAsync(
            () => farm.Instances.All(instance => traffic.GenerationsOf(instance).Count == traffic.Generations.Count),
            "all instances use the last generation",
            farm.Describe);
        await traffic.StopAsync();

        Assert.All(farm.Instances, instance => Assert.Equal(traffic.Generations, traffic.GenerationsOf(instance)));
        Assert.Equal(traffic.Generations.Count, farm.Grants);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(0, farm.Gateway.Calls.ExpiredTokensPresented);
    }

    [Theory, EachServer]
    public async Task A_dead_session_is_replaced_by_one_login_of_the_whole_farm(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(4, server.Configuration);
        var first = farm.Owner.Status.Generation;

        farm.Gateway.RevokeSessions(farm.User);
        await farm.QueryAllAsync(each: 20);

        await farm.IsOnOneGenerationAsync(generation => generation > first);
        Assert.Equal((2, 0), (farm.Logins, farm.Refreshes));
    }

    [Theory, EachServer]
    public async Task After_a_logout_all_drop_the_token_and_the_next_requests_log_in_once(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        await farm.StartAsync(4, server.Configuration, Times.NeverPolling);

        await farm.Instances[1].Session.LogoutAsync(TestContext.Current.CancellationToken);

        await Eventually.IsTrueAsync(
            () => farm.Instances.All(instance => instance.Status.State is SxtSessionState.LoggedOut), "all are logged out", farm.Describe);
        Assert.Equal(1, farm.Logins);
        await farm.QueryAllAsync(each: 10);
        await farm.IsOnOneGenerationAsync();
        Assert.Equal(2, farm.Logins);
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

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

    [Theory, EachServer]
    public async Task Identities_prefixes_and_databases_on_one_server_never_mix(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        farm.AddUser("other-" + farm.User, farm.Key);
        List<Instance[]> groups =
        [
            [farm.Add(server.Configuration), farm.Add(server.Configuration)],
            [farm.Add(server.Configuration, OtherUser), farm.Add(server.Configuration, OtherUser)],
            [farm.Add(server.Configuration, redis: OtherPrefix), farm.Add(server.Configuration, redis: OtherPrefix)],
        ];
        if (kind is not ServerKind.Garnet)
        {
            // In another database than 0, garnet-server 2.2.8 was seen to grant the lock twice; why is not known yet.
            groups.Add([farm.Add(server.Configuration, redis: OtherDatabase), farm.Add(server.Configuration, redis: OtherDatabase)]);
        }

        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.QueryAllAsync(each: 5);

        Assert.Equal(groups.Count, farm.Logins);
        foreach (var group in groups)
        {
            var before = farm.Instances.ToDictionary(instance => instance, instance => instance.Status.Generation);
            await group[0].Session.RenewAsync(TestContext.Current.CancellationToken);
            await Eventually.IsTrueAsync(
                () => group[1].Status.Generation == group[0].Status.Generation, "the group is on one generation", farm.Describe);
            Assert.All(
                farm.Instances.Except(group), instance => Assert.Equal(before[instance], instance.Status.Generation));
        }

        void OtherUser(SxtOptions options) => options.UserId = "other-" + farm.User;
        static void OtherPrefix(SxtRedisOptions options) => options.Prefix = "other-" + options.Prefix;
        static void OtherDatabase(SxtRedisOptions options) => options.Database = 5;
    }

    [Theory, EachServer]
    public async Task Two_identities_of_one_app_share_a_session_each(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        farm.AddUser("other-" + farm.User, farm.Key);
        for (var index = 0; index < 2; index++)
        {
            farm.Add(sxt => sxt.AddRedis(Shared).Services
                .AddSxt("other", options => options.UserId = "other-" + farm.User).AddRedis(Shared));
        }

        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.IsOnOneGenerationAsync();

        var others = farm.Instances.Select(instance => instance.Services.GetRequiredKeyedService<ISxtSession>("other")).ToArray();
        await Eventually.IsTrueAsync(
            () => others.All(other => other.Status.State is SxtSessionState.Active), "the other identity is there too");
        Assert.Single(others.Select(other => other.Status.Generation).Distinct());
        Assert.Equal(2, farm.Logins);

        void Shared(SxtRedisOptions options) => (options.Configuration, options.Prefix) = (server.Configuration, farm.Prefix);
    }
}
