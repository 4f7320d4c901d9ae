using SxtAspNet.Farm.Tests.Infrastructure;
using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Farm.Tests;

/// <summary>Redis as it is run, under load: no request fails, whatever happens to it.</summary>
public sealed class RealServerTests
{
    private const int Instances = 3;

    private static readonly WebFarm.FarmSettings Settings =
        TestFarm.Lively with { Instances = Instances, StoreTimeout = TestFarm.ShortStoreTimeout };

    [Fact]
    public async Task When_the_master_is_killed_a_sentinel_brings_the_farm_to_the_replica()
    {
        await using var redis = await RealRedis.StartSentinelAsync();
        await using var farm = await TestFarm.StartAsync(Settings with { Redis = redis.Configuration });
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        await redis.Servers[0].StopAsync();
        generation = await farm.AgreeAsync(above: generation);
        await farm.AgreeAsync(above: generation);

        // Whoever's renewal fell into the fail-over has logged in for itself.
        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(0, Instances);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task A_cluster_of_three_may_lose_the_node_that_has_the_record()
    {
        await using var redis = await RealRedis.StartClusterAsync();
        await using var farm = await TestFarm.StartAsync(Settings with { Redis = redis.Configuration });
        farm.StartTraffic();
        var generation = await farm.AgreeAsync(above: await farm.AgreeAsync());
        farm.AssertFurtherLogins(0);

        var node = await redis.FindRecordAsync();
        await node.StopAsync();
        foreach (var instance in farm.Instances)
        {
            await farm.IsTrueOfAsync(instance, session => session.State == "Degraded", "misses the node");
        }

        await node.StartAsync(TestContext.Current.CancellationToken);
        await farm.AgreeAsync(above: generation - 1);

        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(0, Instances);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task A_farm_shares_over_TLS()
    {
        await using var redis = await RealRedis.StartTlsAsync();
        await using var farm = await TestFarm.StartAsync(Settings with
        {
            Redis = redis.Configuration,
            Configure = (_, settings) => settings["SSL_CERT_FILE"] = redis.AuthorityFile,
        });

        await SharesAsync(farm);
    }

    [Fact]
    public async Task A_server_whose_certificate_is_not_trusted_costs_the_sharing_and_is_named()
    {
        await using var redis = await RealRedis.StartTlsAsync();
        await using var farm = await TestFarm.StartEmptyAsync(Settings with { Redis = redis.Configuration });
        await farm.Farm.StartInstancesAsync("Background", TestContext.Current.CancellationToken);

        foreach (var instance in farm.Instances)
        {
            await farm.IsTrueOfAsync(
                instance,
                session => session is { State: "Degraded", Mode: "Private" }
                    && session.FailureMessage?.Contains("TLS", StringComparison.Ordinal) is true,
                "keeps a session of its own, and says why");
        }

        await TestFarm.RequestAsync(farm.Instances);
    }

    [Fact]
    public async Task A_farm_shares_as_a_user_who_may_no_more_than_needed()
    {
        await using var redis = await RealRedis.StartAclAsync(
            "~farm-*", "&farm-*", "+getrange", "+exists", "+set", "+get", "+del", "+pexpire", "+eval", "+evalsha", "+publish", "+subscribe", "+echo",
            "+ping");
        await using var farm = await TestFarm.StartAsync(Settings with { Redis = redis.Configuration });

        await SharesAsync(farm);
    }

    private static async Task SharesAsync(TestFarm farm)
    {
        farm.StartTraffic();
        await farm.AgreeAsync(above: await farm.AgreeAsync(above: await farm.AgreeAsync()));
        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(0);
        farm.AssertNoTokenMisused();
    }
}
