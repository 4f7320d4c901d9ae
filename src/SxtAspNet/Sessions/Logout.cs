namespace SxtAspNet.Sessions;

/// <summary>Ends the user's sessions at the gateway, and marks it in the store.</summary>
internal sealed class Logout(
    CurrentSession current,
    SessionStore store,
    SharedSession shared,
    SessionGranter granter,
    SessionLock farmLock,
    SessionNotices notices,
    Runtime runtime)
{
    private static readonly TimeSpan LongestWaitForLock = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<RenewalOutcome> RunAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        var held = await TryAcquireLockAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            var stored = await store.ReadAsync(options, cancellationToken).ConfigureAwait(false);
            var mine = current.Snapshot.Session;
            var latest = SharedSession.IsNewer(stored.Session, mine) ? stored.Session : mine;
            granter.See(latest);
            if (latest is null || shared.IsUsable(latest, options) is false)
            {
                latest = null;
                if (stored.Problem is not null)
                {
                    // What the farm has can't be seen, and a logout takes a token: one of a login ends the farm's session too.
                    var (session, failure) = await granter.LoginAsync(options, cancellationToken).ConfigureAwait(false);
                    if (failure is not null)
                    {
                        return new RenewalOutcome.Failed(failure);
                    }

                    latest = session;
                }
            }

            var (tombstone, problem) = await granter.LogoutAsync(latest, options, cancellationToken).ConfigureAwait(false);
            return problem is not null ? new RenewalOutcome.Failed(problem)
                : stored.Problem is not null ? new RenewalOutcome.Granted(tombstone!, IsShared: false, stored.Problem)
                : await shared.PublishAsync(stored, tombstone!, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (held is not null)
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for a renewal of another instance for a short time; a logout that meets one only has to be repeated.</summary>
    private async Task<IAsyncDisposable?> TryAcquireLockAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        var startedAt = runtime.TimeProvider.GetTimestamp();
        while (true)
        {
            var held = await farmLock.TryAcquireAsync(options, cancellationToken).ConfigureAwait(false);
            if (held.Value is not null || held.Problem is not null || runtime.TimeProvider.GetElapsedTime(startedAt) > LongestWaitForLock)
            {
                return held.Value;
            }

            await runtime.WaitAsync(notices.Next, Pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
