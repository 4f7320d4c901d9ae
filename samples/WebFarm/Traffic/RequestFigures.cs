namespace WebFarm.Traffic;

/// <summary>What became of a request.</summary>
public enum RequestOutcome
{
    /// <summary>Answered 200.</summary>
    Good,

    /// <summary>Answered 200, but the instance was paused, or the gateway away, meanwhile: its latency says nothing about the farm.</summary>
    Stalled,

    /// <summary>Failed, at an instance that was killed or paused meanwhile, or while the gateway was away for long.</summary>
    CutOff,

    /// <summary>Failed for any other reason.</summary>
    Failed,
}

/// <summary>Counts and latencies of requests; safe to use from any thread.</summary>
public sealed class RequestFigures
{
    private const double DelayMs = 100;

    private static readonly TimeSpan Recently = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly int[] _counts = new int[Enum.GetValues<RequestOutcome>().Length];
    private readonly LatencyHistogram _latencies = new();
    private readonly Queue<(long At, double Latency)> _recent = new();
    private int _delayed;

    public void Add(RequestOutcome outcome, double milliseconds)
    {
        lock (_lock)
        {
            _counts[(int)outcome]++;
            if (outcome is RequestOutcome.Good)
            {
                _latencies.Add(milliseconds);
                _delayed += milliseconds > DelayMs ? 1 : 0;
                _recent.Enqueue((TimeProvider.System.GetTimestamp(), milliseconds));
                ForgetOld();
            }
        }
    }

    public int Count(RequestOutcome outcome)
    {
        lock (_lock)
        {
            return _counts[(int)outcome];
        }
    }

    /// <summary>Good requests that took more than 100 ms.</summary>
    public int Delayed
    {
        get
        {
            lock (_lock)
            {
                return _delayed;
            }
        }
    }

    public int Total
    {
        get
        {
            lock (_lock)
            {
                return _counts.Sum();
            }
        }
    }

    /// <summary>The latencies of all good requests.</summary>
    public LatencySummary Latency
    {
        get
        {
            lock (_lock)
            {
                return _latencies.Summarize();
            }
        }
    }

    /// <summary>Good requests per second of the last seconds, and their latencies: <see langword="null"/> when there were none.</summary>
    public (double Rate, LatencySummary? Latency) Recent
    {
        get
        {
            lock (_lock)
            {
                ForgetOld();
                var latencies = new LatencyHistogram();
                foreach (var (_, latency) in _recent)
                {
                    latencies.Add(latency);
                }

                return (Math.Round(_recent.Count / Recently.TotalSeconds, 1), latencies.Count > 0 ? latencies.Summarize() : null);
            }
        }
    }

    private void ForgetOld()
    {
        while (_recent.TryPeek(out var oldest) && TimeProvider.System.GetElapsedTime(oldest.At) > Recently)
        {
            _recent.Dequeue();
        }
    }
}
