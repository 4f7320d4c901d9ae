namespace SxtAspNet;

/// <summary>
/// All that the library takes from its surroundings besides the gateway, the keys and the store: time, chance, and the
/// way that work gets started and waiters go on. A simulation replaces them and runs everything on one thread.
/// </summary>
internal sealed class Runtime(TimeProvider timeProvider)
{
    /// <summary>Timers cut off fractions: a wait for less would be none, and a loop around it would not let time pass.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    public TimeProvider TimeProvider { get; } = timeProvider;

    /// <summary>Draws from [0, 1).</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>
    /// Starts work that belongs to no caller: it must not see a caller's AsyncLocals (identity, culture, trace), nor
    /// end with the caller.
    /// </summary>
    public Action<Func<Task>> StartDetached { get; init; } =
        static work => ThreadPool.UnsafeQueueUserWorkItem(static start => _ = start(), work, preferLocal: false);

    /// <summary>Starts a call into foreign code, which may block the thread that it runs on.</summary>
    public Action<Action> StartForeign { get; init; } =
        static call => ThreadPool.UnsafeQueueUserWorkItem(static start => start(), call, preferLocal: false);

    /// <summary>How waiters go on: each on a thread of its own, so that one that blocks holds up no other.</summary>
    public TaskCreationOptions Completions { get; init; } = TaskCreationOptions.RunContinuationsAsynchronously;

    /// <summary>Waits for a signal, but no longer than for a time, of which a fraction of a millisecond counts as one.</summary>
    public async Task WaitAsync(Task signal, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await signal.WaitAsync(limit > ShortestWait ? limit.AsTimerDelay() : ShortestWait, TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Then it is time to go on without the signal.
        }
    }

    /// <summary>Creates a timer, not yet running, that doesn't capture the caller's AsyncLocals.</summary>
    public ITimer CreateTimer(Action callback) => CreateDetached(() => TimeProvider.CreateTimer(
        static state => ((Action)state!)(), callback, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));

    /// <summary>Creates what has timers of its own, without the caller's AsyncLocals, which these would keep for as long as it lives.</summary>
    public static T CreateDetached<T>(Func<T> create)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return create();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return create();
        }
    }
}
