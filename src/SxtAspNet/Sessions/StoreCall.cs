using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>What a call to the store, the lock or the notices came back with: a value, or why there is none.</summary>
internal readonly record struct StoreAnswer<T>(T Value, string? Problem = null);

/// <summary>A kind of call to the store, the lock or the notices.</summary>
/// <param name="Description">Names the call in problems.</param>
/// <param name="Name">Names it in metrics.</param>
/// <param name="Step">Names it in traces.</param>
internal sealed record StoreOperation(string Description, string Name, string Step)
{
    private const int LongestMessage = 250;

    public static readonly StoreOperation Read = new("Reading the session store", "read", "sxt read store");
    public static readonly StoreOperation Write = new("Writing to the session store", "write", "sxt write store");
    public static readonly StoreOperation Lock = new("Taking the renewal lock", "lock", "sxt take lock");
    public static readonly StoreOperation Release = new("Releasing the renewal lock", "release", "sxt release lock");
    public static readonly StoreOperation Notify = new("Publishing a notice", "notify", "sxt send notice");
    public static readonly StoreOperation Subscribe = new("Subscribing to notices", "subscribe", "sxt subscribe");

    public static IEnumerable<StoreOperation> All => [Read, Write, Lock, Release, Notify, Subscribe];

    /// <summary>What is reported of a failure.</summary>
    public string Describe(Exception failure) => $"{Description} failed: {Shorten(failure.Message)}";

    /// <summary>Clients of caches write the state of their queues and threads into a message; it ends up in health and logs.</summary>
    private static string Shorten(string message)
    {
        var line = message.AsSpan().Trim();
        line = line.IndexOfAny('\r', '\n') is var end and >= 0 ? line[..end] : line;
        return line.Length <= LongestMessage ? line.ToString() : $"{line[..LongestMessage]}…";
    }
}

/// <summary>Calls the store, the lock or the notices: bounded, and without exceptions, since a network lies in front of them.</summary>
internal static class StoreCall
{
    /// <summary>Runs a call within a time limit.</summary>
    /// <param name="code">What is called.</param>
    /// <param name="operation">What is done there.</param>
    /// <param name="call">The call.</param>
    /// <param name="context">Its time limit, and when the app stops.</param>
    /// <param name="discard">Gets rid of a result that comes too late.</param>
    /// <param name="isOutside">Whether it leaves the process; only then it is counted and traced.</param>
    /// <param name="endsWithApp">Whether it is cut off when the app stops.</param>
    /// <exception cref="OperationCanceledException">The app stops.</exception>
    public static async Task<StoreAnswer<T?>> RunAsync<T>(
        ForeignCode code,
        StoreOperation operation,
        Func<CancellationToken, ValueTask<T>> call,
        SessionContext context,
        Func<T, ValueTask>? discard = null,
        bool isOutside = true,
        bool endsWithApp = true)
    {
        var stopping = endsWithApp ? context.Stopping : CancellationToken.None;
        var limit = context.Options.StoreTimeout;
        var startedAt = context.Metrics.GetTimestamp();
        using var step = isOutside ? SxtTraces.StartStep(operation.Step) : default;
        try
        {
            var value = await code.RunAsync(call, limit, stopping, discard).ConfigureAwait(false);
            Report(value is false ? Words.Conflict : Words.Ok);
            return new(value);
        }
        catch (NotStartedException timeout) when (timeout.IsPoolStarved)
        {
            Fail(Words.Timeout);
            return new(default, $"{operation.Description}: {timeout.Message} ({nameof(SxtOptions.StoreTimeout)}).");
        }
        catch (TimeoutException)
        {
            Fail(Words.Timeout);
            return new(default, $"{operation.Description} took longer than {limit.TotalSeconds:0.###} s (StoreTimeout).");
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            Fail(Words.Failed);
            context.Logger.StoreCallFailed(operation.Description, failure);
            return new(default, operation.Describe(failure));
        }

        void Fail(string outcome)
        {
            step.Fail(outcome);
            Report(outcome);
        }

        void Report(string outcome)
        {
            if (isOutside)
            {
                context.Metrics.StoreCalled(operation.Name, outcome, startedAt);
            }
        }
    }
}
