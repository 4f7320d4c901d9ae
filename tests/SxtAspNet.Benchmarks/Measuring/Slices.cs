using System.Diagnostics;

namespace SxtAspNet.Benchmarks.Measuring;

/// <summary>
/// Measures ways of doing a thing that takes nanoseconds, in turn, in slices far shorter than the time that a busy machine
/// gives a thread at once: the fastest slice of each is the one that nothing interrupted.
/// </summary>
internal static class Slices
{
    private const int Operations = 1_000;
    private const int SlicesPerRound = 2_000;

    /// <summary>Measures, in each round, the fastest slice of each way.</summary>
    public static IReadOnlyList<Measured> Run(int rounds, IReadOnlyList<(string Name, Action Operation)> ways)
    {
        // Until all of it is compiled as it stays.
        for (var pass = 0; pass < 5; pass++)
        {
            foreach (var (_, operation) in ways)
            {
                _ = Slice(operation, 20_000);
            }

            // The runtime compiles anew in the background what was called often.
            Thread.Sleep(200);
        }

        var times = ways.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            var fastest = new double[ways.Count];
            Array.Fill(fastest, double.MaxValue);
            for (var slice = 0; slice < SlicesPerRound; slice++)
            {
                for (var way = 0; way < ways.Count; way++)
                {
                    fastest[way] = Math.Min(fastest[way], Slice(ways[way].Operation, Operations));
                }
            }

            for (var way = 0; way < ways.Count; way++)
            {
                times[way].Add(fastest[way]);
            }
        }

        return [.. ways.Select((way, index) => new Measured(way.Name, times[index], Bytes(way.Operation)))];
    }

    private static double Slice(Action operation, int operations)
    {
        var startedAt = Stopwatch.GetTimestamp();
        for (var count = 0; count < operations; count++)
        {
            operation();
        }

        return Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds / operations;
    }

    private static long Bytes(Action operation)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < Operations; count++)
        {
            operation();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Operations;
    }
}
