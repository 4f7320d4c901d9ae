using WebFarm.Processes;

namespace WebFarm.Traffic;

/// <summary>A request that failed although its instance was up all the time.</summary>
public sealed record FailedRequest(DateTimeOffset At, string Instance, double Milliseconds, string Reason, IReadOnlyList<LogLine> Log);

/// <summary>A good request that took long, as seen from its end.</summary>
public sealed record SlowRequest(DateTimeOffset At, string Instance, double Milliseconds);

/// <summary>
/// Sends requests at a steady rate round the instances that are up. A latency counts from the moment a request was due,
/// not from when it could be sent, so that a stall of the farm (or of this program) is not hidden by the requests that
/// it held up. A request is never held back because others are slow.
/// </summary>
public sealed class TrafficGenerator(Farm farm, int ratePerInstance)
{
    private const int MostFailures = 50;
    private const int MostSlow = 5;

    private static readonly TimeSpan LogBefore = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LogAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly Lock _lock = new();
    private readonly List<FailedRequest> _failures = [];
    private readonly List<SlowRequest> _slow = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;
    private int _underWay = 1;

    /// <summary>Raised at each good answer, with the timestamp of its request.</summary>
    public event Action<long>? Answered;

    /// <summary>When the gateway was away for so long that requests had to fail.</summary>
    public Interruptions Outages { get; } = new();

    /// <summary>All requests of the farm.</summary>
    public RequestFigures Figures { get; } = new();

    /// <summary>The same, second by second.</summary>
    public TrafficHistory History { get; } = new(TimeProvider.System);

    /// <summary>The first failed requests.</summary>
    public IReadOnlyList<FailedRequest> Failures
    {
        get
        {
            lock (_lock)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>The slowest good requests.</summary>
    public IReadOnlyList<SlowRequest> Slowest
    {
        get
        {
            lock (_lock)
            {
                return [.. _slow];
            }
        }
    }

    /// <summary>Sends until it is cancelled, then waits for the answers that are still to come.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var due = Clock.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            for (var now = Clock.GetTimestamp(); due <= now; due += Clock.TimestampFrequency / (ratePerInstance * Math.Max(1, farm.Instances.Count)))
            {
                if (NextInstance() is { } instance)
                {
                    Interlocked.Increment(ref _underWay);
                    _ = SendAsync(instance, instance.Process!, due);
                }
            }

            var pause = Clock.GetElapsedTime(Clock.GetTimestamp(), due);
            await Task.Delay(pause > TimeSpan.FromMilliseconds(1) ? pause : TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }

        Leave();
        await _drained.Task;
    }

    private FarmInstance? NextInstance()
    {
        var instances = farm.Instances;
        for (var tries = 0; tries < instances.Count; tries++)
        {
            var instance = instances[_next++ % instances.Count];
            if (instance.State is ProcessState.Running)
            {
                return instance;
            }
        }

        return null;
    }

    private async Task SendAsync(FarmInstance instance, WebApiProcess process, long due)
    {
        var sent = Clock.GetTimestamp();
        string? problem = null;
        try
        {
            using var response = await process.Client.GetAsync("blocks");
            if (response.StatusCode is not System.Net.HttpStatusCode.OK)
            {
                problem = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            problem = $"{exception.GetType().Name}: {exception.Message}";
        }

        var milliseconds = Clock.GetElapsedTime(due).TotalMilliseconds;
        var answered = Clock.GetTimestamp();
        var isInterrupted = process.Interruptions.Meet(sent, answered) || Outages.Meet(sent, answered);
        var outcome = (problem, isInterrupted) switch
        {
            (null, false) => RequestOutcome.Good,
            (null, true) => RequestOutcome.Stalled,
            (_, true) => RequestOutcome.CutOff,
            _ => RequestOutcome.Failed,
        };
        if (problem is null)
        {
            Answered?.Invoke(sent);
        }

        instance.Figures.Add(outcome, milliseconds);
        Figures.Add(outcome, milliseconds);
        History.Add(outcome, milliseconds);
        if (outcome is RequestOutcome.Good)
        {
            Rank(instance, milliseconds);
        }
        else if (outcome is RequestOutcome.Failed)
        {
            await RememberAsync(instance, process, milliseconds, problem!);
        }

        Leave();
    }

    private void Rank(FarmInstance instance, double milliseconds)
    {
        lock (_lock)
        {
            if (_slow.Count == MostSlow && _slow[^1].Milliseconds >= milliseconds)
            {
                return;
            }

            _slow.Add(new SlowRequest(DateTimeOffset.UtcNow, instance.Name, milliseconds));
            _slow.Sort((one, other) => other.Milliseconds.CompareTo(one.Milliseconds));
            if (_slow.Count > MostSlow)
            {
                _slow.RemoveAt(MostSlow);
            }
        }
    }

    private async Task RememberAsync(FarmInstance instance, WebApiProcess process, double milliseconds, string problem)
    {
        var at = DateTimeOffset.UtcNow;

        // What the instance says afterwards tells as much as what it said before.
        await Task.Delay(LogAfter);
        LogLine[] log = [.. process.Log.Where(line => line.At >= at - LogBefore && line.At <= at + LogAfter)];
        lock (_lock)
        {
            if (_failures.Count < MostFailures)
            {
                _failures.Add(new FailedRequest(at, instance.Name, milliseconds, problem, log));
            }
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _underWay) == 0)
        {
            _drained.SetResult();
        }
    }
}
