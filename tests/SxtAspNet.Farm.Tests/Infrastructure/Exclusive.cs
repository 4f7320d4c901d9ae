// More farms at a time would only compete for the processors, and each wait longer for what it waits for.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace SxtAspNet.Farm.Tests.Infrastructure;

/// <summary>Tests that start so many processes that nothing else should run beside them.</summary>
[CollectionDefinition(nameof(Exclusive), DisableParallelization = true)]
public sealed class Exclusive;
