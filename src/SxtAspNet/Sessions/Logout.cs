using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>Ends the user's sessions at the gateway, and marks it in the store.</summary>
internal sealed class Logout(
    SessionContext context,
    CurrentSession current,
    SessionStore store,
    SharedSession shared,
    SessionGranter granter,
    SessionLock farmLock,
    SessionNotices notices)
{
    private static readonly TimeSpan LongestWaitForLock = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<RenewalOutcome> RunAsync()
    {
        var held = await TryAcquireLockAsync().ConfigureAwait(false);
        try
        {
            var stored = await store.ReadAsync().ConfigureAwait(false);
            var mine = current.Snapshot.Session;
            var latest = SharedSession.IsNewer(stored.Session, mine) ? stored.Session : mine;
            granter.See(latest);
            if (latest is null || shared.IsUsable(latest) is false)
            {
                latest = null;
                if (stored.Problem is not null)
                {
                    // What the farm has can't be seen, and a logout takes a token: one of a login ends the farm's session too.
                    var (session, failure) = await granter.LoginAsync(Words.Logout).ConfigureAwait(false);
                    if (failure is not null)
                    {
                        return new RenewalOutcome.Failed(failure);
                    }

                    latest = session;
                }
            }

            var (tombstone, problem) = await granter.LogoutAsync(latest).ConfigureAwait(false);
            return problem is not null ? new RenewalOutcome.Failed(problem)
                : stored.Problem is not null ? new RenewalOutcome.Granted(tombstone!, IsShared: false, stored.Problem)
                : await shared.PublishAsync(stored, tombstone!).ConfigureAwait(false);
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
    private async Task<IAsyncDisposable?> TryAcquireLockAsync()
    {
        var startedAt = context.Time.GetTimestamp();
        while (true)
        {
            var held = await farmLock.TryAcquireAsync().ConfigureAwait(false);
            if (held.Value is not null || held.Problem is not null || context.Time.GetElapsedTime(startedAt) > LongestWaitForLock)
            {
                return held.Value;
            }

            await context.Runtime.WaitAsync(notices.Next, Pause, context.Stopping).ConfigureAwait(false);
        }
    }
}
