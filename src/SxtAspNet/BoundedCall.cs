namespace SxtAspNet;

/// <summary>
/// Runs foreign code (a key source, a store, a lock) within a time limit: it may hang, ignore its token, and finish when
/// nobody waits any more.
/// </summary>
internal static class BoundedCall
{
    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="limit">The time limit; a call that goes on beyond it is left to itself.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <exception cref="TimeoutException">It took longer than the limit.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call,
        TimeSpan limit,
        TimeProvider timeProvider,
        CancellationToken cancellationToken,
        Func<T, ValueTask>? discard = null)
    {
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Task<T>? running = null;
        try
        {
            running = call(either.Token).AsTask();
            return await running.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (either.IsCancellationRequested)
        {
            _ = DiscardAsync(running, discard);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }
    }

    private static async Task DiscardAsync<T>(Task<T>? running, Func<T, ValueTask>? discard)
    {
        try
        {
            if (running is not null && await running.ConfigureAwait(false) is { } late && discard is not null)
            {
                await discard(late).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The caller was told long ago that the call did not work.
        }
    }
}
