namespace SxtAspNet.Benchmarks.Measuring;

/// <summary>One way of doing a thing, over all rounds.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Nanoseconds">Mean time of one operation, in each round.</param>
/// <param name="AllocatedBytes">Bytes that one operation allocates.</param>
internal sealed record Measured(string Name, IReadOnlyList<double> Nanoseconds, long AllocatedBytes);
