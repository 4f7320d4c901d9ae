namespace SxtAspNet.Diagnostics;

/// <summary>
/// Counts what many threads do at once: each processor has a number of its own, a cache line apart, so that none waits for
/// another's. Nothing is told to listeners until they ask.
/// </summary>
internal sealed class StripedCount
{
    private const int LongsPerLine = 16;

    private static readonly int Mask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    private readonly long[] _counts = new long[(Mask + 2) * LongsPerLine];

    public long Value
    {
        get
        {
            var sum = 0L;
            for (var stripe = 0; stripe <= Mask; stripe++)
            {
                sum += Volatile.Read(ref _counts[(stripe + 1) * LongsPerLine]);
            }

            return sum;
        }
    }

    public void Increment() => Interlocked.Increment(ref _counts[((Thread.GetCurrentProcessorId() & Mask) + 1) * LongsPerLine]);
}
