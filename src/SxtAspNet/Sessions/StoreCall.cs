namespace SxtAspNet.Sessions;

/// <summary>What a call to the store, the lock or the notices came back with: a value, or why there is none.</summary>
internal readonly record struct StoreAnswer<T>(T Value, string? Problem = null);

/// <summary>Calls the store, the lock or the notices: bounded, and without exceptions, since a network lies in front of them.</summary>
internal static class StoreCall
{
    /// <summary>Runs a call within a time limit.</summary>
    /// <param name="code">What is called.</param>
    /// <param name="what">Names the call in problems.</param>
    /// <param name="call">The call.</param>
    /// <param name="limit">The time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <exception cref="OperationCanceledException">The app stops.</exception>
    public static async Task<StoreAnswer<T?>> RunAsync<T>(
        ForeignCode code,
        string what,
        Func<CancellationToken, ValueTask<T>> call,
        TimeSpan limit,
        CancellationToken cancellationToken,
        Func<T, ValueTask>? discard = null)
    {
        try
        {
            return new(await code.RunAsync(call, limit, cancellationToken, discard).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            return new(default, $"{what} took longer than {limit.TotalSeconds:0.###} s (StoreTimeout).");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new(default, $"{what} failed: {failure.Message}");
        }
    }
}
