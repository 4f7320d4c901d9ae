using SxtAspNet.Farm.Tests.Infrastructure;
using WebFarm.Check;

namespace SxtAspNet.Farm.Tests;

[Collection(nameof(Exclusive))]
public sealed class ColdStartTests
{
    [Fact]
    public async Task A_cold_farm_of_8_processes_under_400_requests_logs_in_once()
    {
        await using var farm = await TestFarm.StartEmptyAsync(TestFarm.Quiet with { Instances = 8 });

        var start = await ColdStart.RunAsync(farm.Farm, TestContext.Current.CancellationToken);

        Assert.Equal((1, 1, 0), (start.Challenges, start.Logins, start.Failed));
        await farm.AgreeAsync();
        Assert.Equal(1, farm.Logins);
        farm.AssertNoTokenMisused();
    }
}
