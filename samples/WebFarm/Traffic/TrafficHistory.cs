namespace WebFarm.Traffic;

/// <summary>What became of the requests that were answered, or failed, in one second.</summary>
/// <param name="At">When the second began.</param>
/// <param name="Good">Answered 200, those that an interruption held up included.</param>
/// <param name="Failed">Failed for another reason than being cut off.</param>
/// <param name="CutOff">Failed with their instance.</param>
/// <param name="LatencyMs">Latencies of those that nothing held up; <see langword="null"/>: there were none.</param>
public sealed record TrafficSecond(DateTimeOffset At, int Good, int Failed, int CutOff, LatencySummary? LatencyMs);

/// <summary>The requests of the last minute; safe to use from any thread.</summary>
public sealed class TrafficHistory(TimeProvider clock)
{
    /// <summary>How far back it goes.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(75);

    private readonly Lock _lock = new();
    private readonly Queue<Second> _seconds = new();
    private readonly Queue<(DateTimeOffset At, RequestOutcome Outcome)> _losses = new();
    private Second? _present;

    public void Add(RequestOutcome outcome, double milliseconds)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var begin = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
            if (_present is null || _present.Begin < begin)
            {
                _present = new Second(begin);
                _seconds.Enqueue(_present);
                Forget(now - Window);
            }

            _present.Counts[(int)outcome]++;
            if (outcome is RequestOutcome.Good)
            {
                _present.Latencies.Add(milliseconds);
            }
            else if (outcome is RequestOutcome.Failed or RequestOutcome.CutOff)
            {
                _losses.Enqueue((now, outcome));
            }
        }
    }

    /// <summary>The seconds in which something was answered or failed, without the one that is not over yet.</summary>
    public IReadOnlyList<TrafficSecond> Seconds
    {
        get
        {
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                Forget(now - Window);
                return [.. _seconds.Where(second => second.Begin + TimeSpan.FromSeconds(1) <= now).Select(second => second.Summarize())];
            }
        }
    }

    /// <summary>How many requests failed, or were cut off, since an instant of the last minute.</summary>
    public TrafficLosses Since(DateTimeOffset instant)
    {
        lock (_lock)
        {
            var since = _losses.Where(loss => loss.At >= instant).ToArray();
            return new TrafficLosses(
                since.Count(loss => loss.Outcome is RequestOutcome.Failed),
                since.Count(loss => loss.Outcome is RequestOutcome.CutOff),
                since.Where(loss => loss.Outcome is RequestOutcome.Failed).Select(loss => (DateTimeOffset?)loss.At).LastOrDefault());
        }
    }

    private void Forget(DateTimeOffset before)
    {
        while (_seconds.TryPeek(out var oldest) && oldest.Begin < before)
        {
            _seconds.Dequeue();
        }

        while (_losses.TryPeek(out var oldest) && oldest.At < before)
        {
            _losses.Dequeue();
        }
    }

    private sealed class Second(DateTimeOffset begin)
    {
        public DateTimeOffset Begin => begin;

        public int[] Counts { get; } = new int[Enum.GetValues<RequestOutcome>().Length];

        public LatencyHistogram Latencies { get; } = new();

        public TrafficSecond Summarize() => new(
            begin,
            Counts[(int)RequestOutcome.Good] + Counts[(int)RequestOutcome.Stalled],
            Counts[(int)RequestOutcome.Failed],
            Counts[(int)RequestOutcome.CutOff],
            Latencies.Count > 0 ? Latencies.Summarize() : null);
    }
}

/// <summary>Requests that were lost, and when the last one failed.</summary>
public sealed record TrafficLosses(int Failed, int CutOff, DateTimeOffset? LastFailedAt);
