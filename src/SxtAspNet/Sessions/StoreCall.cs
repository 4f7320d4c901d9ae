namespace SxtAspNet.Sessions;

/// <summary>Bounds a call to the store, the lock or the notices, which a network lies in front of.</summary>
internal static class StoreCall
{
    /// <summary>Runs a call within a time limit.</summary>
    /// <param name="what">Names the call in errors.</param>
    /// <param name="call">The call.</param>
    /// <param name="limit">The time limit.</param>
    /// <param name="code">What is called.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <exception cref="StoreUnavailableException">It failed, or not in time.</exception>
    public static async Task<T> RunAsync<T>(
        string what,
        Func<CancellationToken, ValueTask<T>> call,
        TimeSpan limit,
        ForeignCode code,
        CancellationToken cancellationToken,
        Func<T, ValueTask>? discard = null)
    {
        try
        {
            return await code.RunAsync(call, limit, cancellationToken, discard).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new StoreUnavailableException($"{what} took longer than {limit.TotalSeconds:0.###} s (StoreTimeout).");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"{what} failed: {failure.Message}", failure);
        }
    }
}
