using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>What a call to the store, the lock or the notices came back with: a value, or why there is none.</summary>
internal readonly record struct StoreAnswer<T>(T Value, string? Problem = null);

/// <summary>Calls the store, the lock or the notices: bounded, and without exceptions, since a network lies in front of them.</summary>
internal static class StoreCall
{
    private const int LongestMessage = 250;

    /// <summary>Runs a call within a time limit.</summary>
    /// <param name="code">What is called.</param>
    /// <param name="what">Names the call in problems.</param>
    /// <param name="call">The call.</param>
    /// <param name="context">Its time limit, and when the app stops.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <exception cref="OperationCanceledException">The app stops.</exception>
    public static async Task<StoreAnswer<T?>> RunAsync<T>(
        ForeignCode code,
        string what,
        Func<CancellationToken, ValueTask<T>> call,
        SessionContext context,
        Func<T, ValueTask>? discard = null)
    {
        var limit = context.Options.StoreTimeout;
        try
        {
            return new(await code.RunAsync(call, limit, context.Stopping, discard).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            return new(default, $"{what} took longer than {limit.TotalSeconds:0.###} s (StoreTimeout).");
        }
        catch (Exception failure) when (!context.Stopping.IsCancellationRequested)
        {
            context.Logger.StoreCallFailed(what, failure);
            return new(default, $"{what} failed: {Shorten(failure.Message)}");
        }
    }

    /// <summary>Clients of caches write the state of their queues and threads into a message; it ends up in health and logs.</summary>
    private static string Shorten(string message)
    {
        var line = message.AsSpan().Trim();
        line = line.IndexOfAny('\r', '\n') is var end and >= 0 ? line[..end] : line;
        return line.Length <= LongestMessage ? line.ToString() : $"{line[..LongestMessage]}…";
    }
}
