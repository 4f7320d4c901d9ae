// Two processors are enough for three farms: most of their time they wait for the next renewal.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]

namespace SxtAspNet.Farm.Tests.Infrastructure;

/// <summary>Tests that start so many processes that nothing else should run beside them.</summary>
[CollectionDefinition(nameof(Exclusive), DisableParallelization = true)]
public sealed class Exclusive;
