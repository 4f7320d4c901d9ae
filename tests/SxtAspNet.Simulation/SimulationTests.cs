namespace SxtAspNet.Simulation;

public class SimulationTests
{
    [Fact]
    public void No_seed_breaks_a_rule() => Assert.Equal(0, Program.RunMany(from: 0, seeds: 1000, isVerbose: false));

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(401)]
    public void A_seed_replays_identically(int seed)
    {
        var first = Program.Run(seed);
        var second = Program.Run(seed);

        Assert.NotEmpty(first.Trace);
        Assert.Equal(first.Trace, second.Trace);
    }
}
