using WebFarm.Check;

namespace SxtAspNet.Farm.Tests;

/// <summary>How the faults of a check are spread over its time.</summary>
public sealed class ChaosTests
{
    private const int Kinds = 5;

    [Fact]
    public void One_fault_of_each_kind_fits_into_a_run_of_30_seconds()
    {
        var left = TimeSpan.FromSeconds(30);
        for (var faults = Kinds; faults > 0; faults--)
        {
            left -= Chaos.RestBefore(drawn: TimeSpan.FromSeconds(6), left, faults) + Chaos.LongestFault;
        }

        Assert.True(left >= TimeSpan.Zero, $"{left} are left");
    }

    [Fact]
    public void A_rest_is_as_drawn_where_there_is_time_enough()
    {
        var drawn = TimeSpan.FromSeconds(6);

        Assert.Equal(drawn, Chaos.RestBefore(drawn, TimeSpan.FromSeconds(60), Kinds));
    }

    [Fact]
    public void There_is_a_rest_also_where_there_is_no_time() =>
        Assert.True(Chaos.RestBefore(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(-1), Kinds) > TimeSpan.Zero);
}
