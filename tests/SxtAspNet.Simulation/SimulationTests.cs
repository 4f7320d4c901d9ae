using SxtAspNet.Simulation.Mutations;

namespace SxtAspNet.Simulation;

public class SimulationTests
{
    [Fact]
    public void No_seed_breaks_a_rule() => Assert.Equal(0, Program.RunMany(from: 0, seeds: 200, isVerbose: false));

    /// <summary>That each is caught takes an hour (<c>--mutations</c>); that it can be made is checked here.</summary>
    [Fact]
    public void Every_mutation_can_be_made() => Assert.Empty(Mutation.All.Where(mutation =>
        mutation.Mutate(File.ReadAllText(Path.Combine(Program.FindRepository(), "src", "SxtAspNet", mutation.File))) is null).Select(mutation => mutation.Name));

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
