using SxtAspNet.Farm.Tests.Infrastructure;

namespace SxtAspNet.Farm.Tests;

public sealed class CacheTests
{
    [Fact]
    public async Task A_cache_that_comes_back_empty_is_filled_again_without_a_login()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Quiet with { Instances = 3, StoreTimeout = TestFarm.ShortStoreTimeout });
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        await farm.Farm.Cache.StopAsync();
        foreach (var instance in farm.Instances)
        {
            await farm.IsTrueOfAsync(instance, session => session.State == "Degraded", "misses the cache");
        }

        await farm.Farm.Cache.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(generation, await farm.AgreeAsync());

        // An instance that is new finds the session there.
        await farm.Farm.AddInstanceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(generation, await farm.AgreeAsync());
        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(0);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task A_cache_that_is_away_for_generations_costs_one_login_per_instance()
    {
        const int Instances = 3;
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with { Instances = Instances, StoreTimeout = TestFarm.ShortStoreTimeout });
        await farm.AgreeAsync();
        farm.StartTraffic();

        await farm.Farm.Cache.StopAsync();
        var highest = 0L;
        foreach (var instance in farm.Instances)
        {
            await farm.IsTrueOfAsync(instance, session => session.Mode == "Private", "keeps a session of its own");
            var alone = (await TestFarm.SessionOf(instance))!.Generation;
            await farm.IsTrueOfAsync(instance, session => session.Generation > alone, "renews its own session");
            highest = Math.Max(highest, alone);
        }

        // The first of its own is a login; it has the refresh token for those that follow.
        farm.AssertFurtherLogins(Instances);
        await farm.Farm.Cache.StartAsync(TestContext.Current.CancellationToken);
        await farm.AgreeAsync(above: highest);

        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(Instances);
        farm.AssertNoTokenMisused();
    }
}
