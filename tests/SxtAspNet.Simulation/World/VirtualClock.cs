namespace SxtAspNet.Simulation.World;

/// <summary>Virtual time: a queue of things to happen, each on the one thread that runs the simulation.</summary>
internal sealed class VirtualClock
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long Ticks, long Order)> _queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;

    /// <summary>Time since the start.</summary>
    public TimeSpan Now { get; private set; }

    public DateTimeOffset UtcNow => Start + Now;

    /// <summary>What ran on another thread, if anything did; the session may have swallowed the exception.</summary>
    public string? Intrusion { get; private set; }

    public void At(TimeSpan time, Action action) => _queue.Enqueue(action, ((time > Now ? time : Now).Ticks, _order++));

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Runs what is due until a time, in order.</summary>
    public void RunUntil(TimeSpan end, Action afterEach)
    {
        while (_queue.TryPeek(out _, out var due) && due.Ticks <= end.Ticks)
        {
            var action = _queue.Dequeue();
            Now = new TimeSpan(due.Ticks);
            action();
            afterEach();
        }

        Now = end;
    }

    /// <summary>A pause on the virtual clock; it goes on inline.</summary>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken = default)
    {
        CheckThread();
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        var completion = new TaskCompletionSource();
        After(delay, () => completion.TrySetResult());
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.UnsafeRegister(
                (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), completion);
            completion.Task.ContinueWith(
                static (_, state) => ((CancellationTokenRegistration)state!).Dispose(),
                registration,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        return completion.Task;
    }

    /// <summary>Everything runs on one thread, or a seed would not replay.</summary>
    public void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Intrusion = "Rule 10: something in the session runs on another thread: " + Environment.StackTrace;
            throw new InvalidOperationException(Intrusion);
        }
    }
}
