using WebFarm.Traffic;

namespace WebFarm.Check;

/// <summary>Measures how long it takes, after a fault of the gateway, until a request is answered well again.</summary>
public sealed class RecoveryWatch
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly Lock _lock = new();
    private long? _since;
    private TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecoveryWatch(Timeline timeline, TrafficGenerator traffic)
    {
        timeline.Added += Note;
        traffic.Answered += OnAnswered;
    }

    /// <summary>The longest time in ms; <see langword="null"/> when there was no fault.</summary>
    public double? LongestMs { get; private set; }

    /// <summary>Completes when a request was answered well after the last fault.</summary>
    public Task Recovered
    {
        get
        {
            lock (_lock)
            {
                return _recovered.Task;
            }
        }
    }

    private void Note(FarmEvent farmEvent)
    {
        if (farmEvent is { Lane: FarmEvent.GatewayLane, Kind: FarmEventKind.FaultBegins or FarmEventKind.FaultEnds })
        {
            lock (_lock)
            {
                if (_recovered.Task.IsCompleted)
                {
                    _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                _since = farmEvent.Kind is FarmEventKind.FaultEnds ? Clock.GetTimestamp() : null;
            }
        }
    }

    private void OnAnswered(long sent)
    {
        lock (_lock)
        {
            if (_since is { } since && sent >= since)
            {
                LongestMs = Math.Round(Math.Max(LongestMs ?? 0, Clock.GetElapsedTime(since).TotalMilliseconds), 1);
                _since = null;
                _recovered.SetResult();
            }
        }
    }
}
