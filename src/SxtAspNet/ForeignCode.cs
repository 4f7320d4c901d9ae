namespace SxtAspNet;

/// <summary>
/// Runs calls into one piece of foreign code (a key source, a store, a lock, a handler) within time limits. Such code may
/// hang, ignore its token, finish when nobody waits any more, or block the thread that calls it.
/// </summary>
internal sealed class ForeignCode(Runtime runtime)
{
    private int _blocked;

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="limit">The time limit; a call that goes on beyond it is left to itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <exception cref="TimeoutException">
    /// It took longer than the limit; or an earlier call still blocks its thread, to which no second one is added.
    /// </exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call,
        TimeSpan limit,
        CancellationToken cancellationToken,
        Func<T, ValueTask>? discard = null)
    {
        if (Volatile.Read(ref _blocked) > 0)
        {
            throw new TimeoutException();
        }

        using var timeout = new CancellationTokenSource(limit, runtime.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var running = new Call<T>(call, either.Token);
        runtime.StartForeign(() => running.Start(this));
        try
        {
            return await running.Result.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (either.IsCancellationRequested)
        {
            running.Abandon(this);
            _ = DiscardAsync(running.Result, discard);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException();
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
        private const int Blocking = 0;
        private const int Returned = 1;
        private const int Abandoned = 2;

        // Where the call ends, its caller goes on: neither has more to do there.
        private readonly TaskCompletionSource<T> _result = new();
        private int _state;

        public Task<T> Result => _result.Task;

        public async void Start(ForeignCode code)
        {
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
        public void Abandon(ForeignCode code)
        {
            Interlocked.Increment(ref code._blocked);
            if (Interlocked.CompareExchange(ref _state, Abandoned, Blocking) != Blocking)
            {
                Interlocked.Decrement(ref code._blocked);
            }
        }
    }
}
