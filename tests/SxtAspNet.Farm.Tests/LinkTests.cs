using SxtAspNet.Farm.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Farm.Tests;

/// <summary>What becomes of an instance that the others can do without, and of them.</summary>
public sealed class LinkTests
{
    private static readonly Dictionary<string, (Action<TcpProxy> Begin, Action<TcpProxy> End)> Faults = new()
    {
        ["cut"] = (link => link.Refuse(), link => link.Accept()),
        ["slow"] = (link => link.Delay = 3 * TestFarm.ShortStoreTimeout, link => link.Delay = TimeSpan.Zero),
    };

    [Theory]
    [InlineData("cut")]
    [InlineData("slow")]
    public async Task An_instance_without_the_cache_says_so_and_costs_one_login(string fault)
    {
        await using var links = new Links();
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with
        {
            Instances = 3,
            StoreTimeout = TestFarm.ShortStoreTimeout,
            Configure = links.LeadToCache,
        });
        var owner = await farm.OwnerAsync();
        var other = farm.Instances.First(instance => instance != owner);
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        Faults[fault].Begin(links[other]);
        await farm.IsTrueOfAsync(other, session => session is { State: "Degraded", Mode: "Private" }, "keeps a session of its own");
        Assert.Equal("Degraded", await TestFarm.HealthOfAsync(other));
        var alone = (await TestFarm.SessionOf(other))!.Generation;
        await farm.IsTrueOfAsync(other, session => session.Generation > alone, "renews its own session");
        generation = await farm.AgreeAsync(above: generation, except: other);
        Faults[fault].End(links[other]);

        await farm.AgreeAsync(above: generation - 1);
        Assert.Equal("Healthy", await TestFarm.HealthOfAsync(other));
        await farm.StopTrafficAsync();

        // That of the instance which was alone; what followed are refreshes. Its session is the newest for a moment
        // when it comes back, so that another one of the farm can have begun to renew the older one.
        farm.AssertFurtherLogins(1, 2);
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task An_owner_without_the_gateway_is_replaced_by_one_login_and_adopts()
    {
        await using var links = new Links();
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with { Instances = 3, Configure = links.LeadToGateway });
        var owner = await farm.OwnerAsync();
        var generation = await farm.AgreeAsync();
        Assert.NotEqual(0, links[owner].Accepted);
        farm.StartTraffic();

        links[owner].Refuse();
        generation = await farm.AgreeAsync(above: generation);
        farm.AssertFurtherLogins(1);
        links[owner].Accept();

        await farm.AgreeAsync(above: generation);
        await TestFarm.RequestAsync([owner], each: 5);

        // Its own requests go to the gateway too, which it could not reach.
        await farm.StopTrafficAsync(except: owner);
        farm.AssertFurtherLogins(1);
        farm.AssertNoTokenMisused();
    }
}
