namespace SxtAspNet.Sessions;

/// <summary>Bounds a call to the store, the lock or the notices: foreign code over a network that may hang.</summary>
internal static class StoreCall
{
    /// <summary>Runs a call within a time limit.</summary>
    /// <param name="what">Names the call in errors.</param>
    /// <param name="call">The call.</param>
    /// <param name="limit">The time limit; a call that goes on beyond it is left to itself.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="onLate">Cleans up after a result that comes too late.</param>
    /// <exception cref="StoreUnavailableException">It failed, or not in time.</exception>
    public static async Task<T> RunAsync<T>(
        string what,
        Func<CancellationToken, ValueTask<T>> call,
        TimeSpan limit,
        TimeProvider timeProvider,
        CancellationToken cancellationToken,
        Func<T, ValueTask>? onLate = null)
    {
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Task<T>? running = null;
        try
        {
            running = call(either.Token).AsTask();
            return await running.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (running is { IsCompleted: false })
            {
                _ = CleanUpAsync(running, onLate);
            }

            throw timeout.IsCancellationRequested
                ? new StoreUnavailableException($"{what} took longer than {limit.TotalSeconds:0.###} s (StoreTimeout).")
                : new StoreUnavailableException($"{what} failed: {failure.Message}", failure);
        }
    }

    private static async Task CleanUpAsync<T>(Task<T> running, Func<T, ValueTask>? onLate)
    {
        try
        {
            var result = await running.ConfigureAwait(false);
            if (onLate is not null)
            {
                await onLate(result).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The caller was told long ago that the call did not work.
        }
    }
}
