using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.Redis.Tests;

/// <summary>A farm with a Redis that works.</summary>
public class FarmTests(Servers servers)
{
    private const int OtherDatabaseNumber = 5;

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
    public async Task Identities_prefixes_and_databases_on_one_server_never_mix(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        farm.AddUser("other-" + farm.User, farm.Key);
        await using (var client = await RedisClient.ConnectAsync(server, OtherDatabaseNumber))
        {
            // Garnet makes a database when it is first used; several connections that do so at once get one each.
            await client.Database.KeyExistsAsync("any");
        }

        Instance[][] groups =
        [
            [farm.Add(server.Configuration), farm.Add(server.Configuration)],
            [farm.Add(server.Configuration, OtherUser), farm.Add(server.Configuration, OtherUser)],
            [farm.Add(server.Configuration, redis: OtherPrefix), farm.Add(server.Configuration, redis: OtherPrefix)],
            [farm.Add(server.Configuration, redis: OtherDatabase), farm.Add(server.Configuration, redis: OtherDatabase)],
        ];
        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.QueryAllAsync(each: 5);

        Assert.Equal(groups.Length, farm.Logins);
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
        static void OtherDatabase(SxtRedisOptions options) => options.Database = OtherDatabaseNumber;
    }

    [Theory, EachServer]
    public async Task A_client_described_in_code_shares_with_one_described_by_a_string(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm();
        farm.Add(server.Configuration);
        farm.Add(sxt => sxt.AddRedis(options =>
        {
            options.ConfigurationOptionsFactory = () => StackExchange.Redis.ConfigurationOptions.Parse(server.Configuration);
            options.Prefix = farm.Prefix;
        }));

        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));

        await farm.IsOnOneGenerationAsync();
        Assert.Equal(1, farm.Logins);
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

        void Shared(SxtRedisOptions options)
        {
            options.Configuration = Times.Patiently(server.Configuration);
            options.Prefix = farm.Prefix;
            options.LockLease = Times.LongLease;
        }
    }
}
