namespace SxtAspNet;

/// <summary>
/// Runs calls into one piece of foreign code (a key source, a store, a lock, a handler) within time limits. Such code may
/// hang, ignore its token, block or throw when it is cancelled, finish when nobody waits any more, or block the thread that
/// calls it.
/// </summary>
internal sealed class ForeignCode(Runtime runtime)
{
    /// <summary>How many threads a piece of code may block before it gets no more.</summary>
    private const int MostBlocked = 4;

    private int _blocked;

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="limit">The time limit; a call that goes on beyond it is left to itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <exception cref="TimeoutException">
    /// It took longer than the limit; a <see cref="NotStartedException"/>: it was not even made.
    /// </exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call,
        TimeSpan limit,
        CancellationToken cancellationToken,
        Func<T, ValueTask>? discard = null)
    {
        if (Volatile.Read(ref _blocked) >= MostBlocked)
        {
            throw new NotStartedException(null);
        }

        // A token of its own: whoever registers with it may block or throw when it is cancelled.
        var abandoned = new CancellationTokenSource();
        var running = new Call<T>(call, abandoned.Token);
        runtime.StartForeign(() => running.Start(this));
        Task waiting = running.Result.WaitAsync(limit, runtime.TimeProvider, cancellationToken);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.Result.IsCompleted)
        {
            return await running.Result.ConfigureAwait(false);
        }

        var hasStarted = running.Abandon(this);
        runtime.StartForeign(() => Cancel(abandoned));
        _ = DiscardAsync(running.Result, discard);
        cancellationToken.ThrowIfCancellationRequested();
        throw hasStarted ? new TimeoutException() : new NotStartedException(limit);
    }

    private static void Cancel(CancellationTokenSource abandoned)
    {
        try
        {
            abandoned.Cancel();
        }
        catch (Exception)
        {
            // The caller was told already that the call did not work.
        }
    }

    private static async Task DiscardAsync<T>(Task<T> running, Func<T, ValueTask>? discard)
    {
        try
        {
            if (await running.ConfigureAwait(false) is { } late && discard is not null)
            {
                await discard(late).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The caller was told long ago that the call did not work.
        }
    }

    private sealed class Call<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        private const int Queued = 0;
        private const int Started = 1;
        private const int Returned = 2;
        private const int Abandoned = 3;

        // Where the call ends, its caller goes on: neither has more to do there.
        private readonly TaskCompletionSource<T> _result = new();
        private int _state;

        public Task<T> Result => _result.Task;

        public async void Start(ForeignCode code)
        {
            // Its turn came when nobody waited any more.
            if (Interlocked.CompareExchange(ref _state, Started, Queued) != Queued)
            {
                _result.TrySetCanceled(CancellationToken.None);
                return;
            }

            try
            {
                ValueTask<T> running;
                try
                {
                    running = call(cancellationToken);
                }
                finally
                {
                    if (Interlocked.Exchange(ref _state, Returned) == Abandoned)
                    {
                        Interlocked.Decrement(ref code._blocked);
                    }
                }

                _result.TrySetResult(await running.ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                // A cancellation too: what it says of its cause would be lost in a cancelled task.
                _result.TrySetException(exception);
            }
        }

        /// <summary>Nobody waits any more; a call that still blocks its thread is counted until it returns.</summary>
        /// <returns>Whether the call has started; one that has not never will.</returns>
        public bool Abandon(ForeignCode code)
        {
            if (Interlocked.CompareExchange(ref _state, Abandoned, Queued) == Queued)
            {
                return false;
            }

            Interlocked.Increment(ref code._blocked);
            if (Interlocked.CompareExchange(ref _state, Abandoned, Started) != Started)
            {
                Interlocked.Decrement(ref code._blocked);
            }

            return true;
        }
    }
}
