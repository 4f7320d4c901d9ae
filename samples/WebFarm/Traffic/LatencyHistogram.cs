namespace WebFarm.Traffic;

/// <summary>
/// Latencies in buckets that grow by 2 %, so that percentiles of any number of requests take constant memory and are
/// at most 2 % off. Not safe for several threads at once.
/// </summary>
public sealed class LatencyHistogram
{
    private const double Growth = 1.02;
    private const double Smallest = 0.05;

    private readonly int[] _counts = new int[800];

    public long Count { get; private set; }

    public double Max { get; private set; }

    public void Add(double milliseconds)
    {
        var bucket = milliseconds <= Smallest ? 0 : (int)Math.Ceiling(Math.Log(milliseconds / Smallest, Growth));
        _counts[Math.Min(bucket, _counts.Length - 1)]++;
        Count++;
        Max = Math.Max(Max, milliseconds);
    }

    /// <summary>The latency in ms that a share of all requests did not exceed; 0 when there are none.</summary>
    public double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (var bucket = 0; bucket < _counts.Length && Count > 0; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank)
            {
                return Math.Min(Max, Smallest * Math.Pow(Growth, bucket));
            }
        }

        return 0;
    }

    public LatencySummary Summarize() =>
        new(Math.Round(Percentile(0.5), 1), Math.Round(Percentile(0.99), 1), Math.Round(Max, 1));
}

/// <summary>Latencies in ms.</summary>
public sealed record LatencySummary(double P50, double P99, double Max);
