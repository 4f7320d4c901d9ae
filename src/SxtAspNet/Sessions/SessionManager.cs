using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>The session as the app and its requests see it. It holds no state: each part has its owner.</summary>
internal sealed class SessionManager(
    SessionContext context,
    CurrentSession current,
    SessionRenewals renewals,
    SessionDeaths deaths,
    StoreWatch watch) : ISxtSession, IDisposable
{
    public SxtSessionStatus Status
    {
        get
        {
            var snapshot = current.Snapshot;
            var session = snapshot.Session is { IsTombstone: false } ? snapshot.Session : null;
            var failure = renewals.Failure;
            var concern = deaths.Explanation ?? current.Concern() ?? snapshot.StoreProblem;
            return new SxtSessionStatus
            {
                State = State(snapshot, failure, concern),
                Mode = !snapshot.IsShared ? SxtSessionMode.Private
                    : snapshot.Session?.RefreshToken is null ? SxtSessionMode.Shared
                    : SxtSessionMode.Owner,
                UserId = context.Identity.User.Id,
                Generation = snapshot.Session?.Generation ?? 0,
                AccessTokenExpiresAt = session?.UnusableFrom,
                SessionEndsAt = session?.EndsAt,
                RenewalDueAt = session is null ? null : current.DueAt(snapshot),
                GatewayClockOffset = context.Clock.OffsetFromLocalClock,
                FailureReason = failure?.Cause.Reason,
                FailureMessage = failure?.Cause.Message ?? concern,
                Failures = failure?.Count ?? 0,
            };
        }
    }

    async ValueTask<SxtAccessToken> ISxtSession.GetAccessTokenAsync(CancellationToken cancellationToken) =>
        (await AcquireAsync(cancellationToken).ConfigureAwait(false)).Token;

    /// <summary>A usable token: at once, or after the renewal that all requests share.</summary>
    /// <exception cref="SxtAuthenticationException">None can be had, or not in time.</exception>
    public ValueTask<ActiveToken> AcquireAsync(CancellationToken cancellationToken) =>
        current.Usable is { } usable ? new(usable) : WaitAsync(cancellationToken);

    public async Task RenewAsync(CancellationToken cancellationToken = default)
    {
        var before = current.Snapshot;
        var underWay = renewals.Running;
        var failure = await RunRenewalAsync(cancellationToken).ConfigureAwait(false);
        if (failure is null && underWay is { IsLogout: false } && !SharedSession.IsNewer(current.Snapshot.Session, before.Session))
        {
            // What was under way had brought the session that is to be renewed, and was only being published.
            failure = await RunRenewalAsync(cancellationToken).ConfigureAwait(false);
        }

        if (failure is not null)
        {
            throw failure.ToException(renewals.UntilNextAttempt);
        }
    }

    public async Task LogoutAsync(CancellationToken cancellationToken = default)
    {
        if (await RunAsync(renewals.JoinLogout, isLogout: true, cancellationToken).ConfigureAwait(false) is { } failure)
        {
            throw failure.ToException(TimeSpan.Zero);
        }
    }

    /// <summary>Logs in while the app starts, unless a session is there already.</summary>
    public void StartInBackground()
    {
        if (current.Snapshot.Session is null)
        {
            renewals.Join(RenewalCause.Schedule, current.Snapshot);
        }
    }

    /// <summary>Adopts the farm's session in the background, if there is one, which costs no login.</summary>
    public void AdoptInBackground() => watch.Request();

    /// <summary>Stops renewing. A renewal under way may end and is stored; nothing is logged out. It throws nothing.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        watch.Stop();
        await renewals.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cuts off what is still under way.</summary>
    public void Dispose()
    {
        watch.Dispose();
        renewals.Dispose();
        context.Dispose();
    }

    private async ValueTask<ActiveToken> WaitAsync(CancellationToken cancellationToken)
    {
        var startedAt = context.Time.GetTimestamp();
        string? error = null;
        context.Metrics.StartWaiting();
        try
        {
            return await WaitForTokenAsync(startedAt, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = (exception as SxtAuthenticationException)?.Reason.ToString() ?? Words.Canceled;
            throw;
        }
        finally
        {
            context.Metrics.StopWaiting(startedAt, error);
        }
    }

    private async ValueTask<ActiveToken> WaitForTokenAsync(long startedAt, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = current.Next;
            var before = current.Snapshot;
            if (current.Usable is { } usable)
            {
                return usable;
            }

            var failure = renewals.Failure;
            var untilNext = renewals.UntilNextAttempt;
            var operation = renewals.Running;
            if (operation is null && untilNext == TimeSpan.Zero)
            {
                operation = renewals.Join(RenewalCause.Request, before);
            }
            else if (failure is not null && operation is not { IsLogout: true })
            {
                // Not even an attempt under way is waited for: at a gateway that is silent, each request would wait.
                if (!RetryPolicy.IsWorthWaiting(failure.Cause.Reason, untilNext, current.SinceDeath, Remaining(startedAt), context.Options))
                {
                    throw failure.ToException(untilNext);
                }

                if (operation is null)
                {
                    await context.Runtime.WaitAsync(next, untilNext, cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }

            if (operation is null)
            {
                // It has ended between two looks, which the next ones see.
                continue;
            }

            // What it ends in, the session or the failure tells; a logout's failure is no answer to a request for a token.
            operation.Trace.LinkRequest();
            await operation.WaitForSessionAsync(next, Remaining(startedAt), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<SessionFailure?> RunRenewalAsync(CancellationToken cancellationToken) =>
        RunAsync(() => renewals.Join(RenewalCause.Command, current.Snapshot), isLogout: false, cancellationToken);

    /// <summary>Runs a renewal or a logout, after one of the other kind that is under way.</summary>
    private async Task<SessionFailure?> RunAsync(Func<SessionOperation> join, bool isLogout, CancellationToken cancellationToken)
    {
        while (true)
        {
            var operation = join();
            operation.Trace.LinkRequest();
            var failure = await operation.WaitAsync(isLogout, context.Options.AcquireTimeout, cancellationToken).ConfigureAwait(false);
            if (operation.IsLogout == isLogout)
            {
                return failure;
            }
        }
    }

    private SxtSessionState State(SessionSnapshot snapshot, SessionFailure? failure, string? concern) =>
        snapshot.IsLoggedOut ? SxtSessionState.LoggedOut
        : current.Usable is not null ? failure is null && concern is null ? SxtSessionState.Active : SxtSessionState.Degraded
        : failure is not null ? SxtSessionState.Unavailable
        : snapshot.Session is null ? SxtSessionState.NotStarted
        : SxtSessionState.Degraded;

    private TimeSpan Remaining(long startedAt)
    {
        var remaining = context.Options.AcquireTimeout - context.Time.GetElapsedTime(startedAt);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
