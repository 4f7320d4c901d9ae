using SxtAspNet.Farm.Tests.Infrastructure;

namespace SxtAspNet.Farm.Tests;

public sealed class RenewalTests
{
    [Fact]
    public async Task Under_load_each_generation_is_renewed_once()
    {
        const int Generations = 3;
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with { Instances = 4, Rate = 25 });
        farm.StartTraffic();

        var generation = 0L;
        for (var number = 0; number <= Generations; number++)
        {
            generation = await farm.AgreeAsync(above: generation);
        }

        await farm.StopTrafficAsync();
        var renewals = farm.Ledger.Summarize();
        Assert.True(renewals.Generations >= Generations);
        Assert.Equal(1, renewals.MaxPerGeneration);
        farm.AssertFurtherLogins(0);
        Assert.Equal(renewals.Renewals, farm.Refreshes);
        farm.AssertNoTokenMisused();
    }
}
