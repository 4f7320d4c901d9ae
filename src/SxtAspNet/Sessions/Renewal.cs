using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// One renewal: adopts a newer session from the store; else, in turn with the other instances, has the gateway grant one and
/// publishes it. Nothing outside stops it: a lock that is not granted is waited for and then done without, and without a
/// store this instance gets a session of its own.
/// </summary>
internal sealed class Renewal(
    SessionContext context,
    CurrentSession current,
    SessionStore store,
    FarmReader farmReader,
    SharedSession shared,
    SessionGranter granter,
    SessionDeaths deaths,
    SessionLock farmLock,
    SessionNotices notices,
    RenewalNotes notes)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>How long instances are spread over when the lock can't be reached at all.</summary>
    private static readonly TimeSpan WithoutLockService = TimeSpan.FromSeconds(2);

    /// <summary>Whether other instances use the session too.</summary>
    public bool IsShared => store.IsShared;

    /// <summary>Finds or gets the session after the present one.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="before">What was known when that was decided: another session may be here by now.</param>
    public async Task<RenewalOutcome> RunAsync(RenewalCause cause, SessionSnapshot before)
    {
        var attempt = new RenewalAttempt(cause, before);
        notices.Subscribe();

        // Without the farm's session this renewal ends in a login of its own, for which the keys are read in any case.
        store.ForgetUnknownSeals();
        var farm = await farmReader.ReadFirstAsync(attempt).ConfigureAwait(false);
        return farm.Decided ?? (farm.Stored.Problem is { } problem
            ? await RenewPrivatelyAsync(attempt, problem).ConfigureAwait(false)
            : await RenewInTurnAsync(attempt).ConfigureAwait(false));
    }

    /// <summary>Renews under the farm's lock; or, after some time, without it.</summary>
    private async Task<RenewalOutcome> RenewInTurnAsync(RenewalAttempt attempt)
    {
        var startedAt = context.Time.GetTimestamp();
        var jitter = context.Runtime.Random();
        var patience = RetryPolicy.ForLock(
            context.Time.Until(current.UnusableFrom()),
            current.SinceDeath is null ? null : granter.LoginTime ?? TimeSpan.Zero,
            context.Options,
            jitter);
        for (var pause = FirstPause; ; pause = (pause * 2).AtMost(LongestPause))
        {
            var notice = notices.Next;
            var held = await farmLock.TryAcquireAsync().ConfigureAwait(false);
            if (held.Value is not null)
            {
                await using (held.Value.ConfigureAwait(false))
                {
                    return await RenewNowAsync(attempt, isLockAway: false).ConfigureAwait(false);
                }
            }

            var waited = context.Time.GetElapsedTime(startedAt);
            var limit = held.Problem is null ? patience : patience.AtMost(WithoutLockService * jitter);
            if (waited >= limit)
            {
                context.Metrics.LockAcquisitions.Count(Words.GivenUp);
                context.Logger.RenewedWithoutLock(waited.TotalSeconds, held.Problem ?? "Somebody holds it, and nobody has renewed.");
                return await RenewNowAsync(attempt, isLockAway: held.Problem is not null).ConfigureAwait(false);
            }

            await context.Runtime.WaitAsync(notice, pause.AtMost(limit - waited), context.Stopping).ConfigureAwait(false);
            var farm = await farmReader.ReadAsync(attempt).ConfigureAwait(false);
            if (farm.Decided is not null)
            {
                return farm.Decided;
            }

            if (farm.Stored.Problem is not null)
            {
                return await RenewPrivatelyAsync(attempt, farm.Stored.Problem).ConfigureAwait(false);
            }
        }
    }

    private async Task<RenewalOutcome> RenewNowAsync(RenewalAttempt attempt, bool isLockAway)
    {
        // Whoever had the lock before may have renewed, or failed, since.
        var farm = await farmReader.ReadAsync(attempt).ConfigureAwait(false);
        if (farm.Decided is not null)
        {
            return farm.Decided;
        }

        // Where the lock fails, writing may fail too, as at a Redis that has only its replica left: that is a store that is away.
        var problem = farm.Stored.Problem ?? (isLockAway ? await store.ProveWritesAsync(farm.Stored).ConfigureAwait(false) : null);
        if (problem is not null)
        {
            return await RenewPrivatelyAsync(attempt, problem).ConfigureAwait(false);
        }

        await store.RenewSealAsync().ConfigureAwait(false);
        granter.See(farm.Stored.Session);

        // Without a lock, and with a store that has just been in trouble: no refresh of what others use and could not see replaced.
        var grant = await granter.TryRefreshAsync(attempt.Before, mayRefresh: !isLockAway, attempt.Cause.Word()).ConfigureAwait(false);
        if (grant is { Failure: not null, Session: null })
        {
            // While it lasted, another instance may have renewed.
            farm = await farmReader.ReadAsync(attempt).ConfigureAwait(false);
            if (farm.Decided is RenewalOutcome.Adopted)
            {
                return farm.Decided;
            }
        }

        var (session, failure) = await LoginUnlessGrantedAsync(attempt, grant).ConfigureAwait(false);
        if (session is not null)
        {
            // Used before it is published: at a strict gateway the last token is dead already. And what comes back from the
            // store has no refresh token.
            current.Offer(session, isShared: false, storeProblem: null);
            var published = await shared.PublishAsync(farm.Stored, session).ConfigureAwait(false);
            if (published is RenewalOutcome.Granted { StoreProblem: { } untaken })
            {
                context.Logger.StoreUnavailable(untaken);
            }

            return published;
        }

        // While it lasted, another instance may have succeeded.
        farm = await farmReader.ReadAsync(attempt).ConfigureAwait(false);
        if (farm.Decided is RenewalOutcome.Adopted)
        {
            return farm.Decided;
        }

        // A key that can't be had is this instance's trouble alone: others may have it.
        if (!failure!.IsLocal)
        {
            await notes.LeaveAsync(farm.Note, failure).ConfigureAwait(false);
        }

        return new RenewalOutcome.Failed(failure);
    }

    private async Task<RenewalOutcome> RenewPrivatelyAsync(RenewalAttempt attempt, string problem)
    {
        if (attempt.Cause is RenewalCause.Schedule && current.Snapshot.IsShared)
        {
            if (current.SetStoreProblem(problem))
            {
                context.Logger.StoreUnavailable(problem);
            }

            if (current.CanAwaitStore)
            {
                return new RenewalOutcome.AwaitsStore();
            }
        }

        // Once the store is back this session may be published: sealed with a key that the others have by then.
        await store.RenewSealAsync().ConfigureAwait(false);

        // No refresh of a shared session: it would end the access token that other instances still use, and they could
        // not see the new one.
        var grant = await granter.TryRefreshAsync(attempt.Before, mayRefresh: !attempt.Before.IsShared && !current.Snapshot.IsShared, attempt.Cause.Word()).ConfigureAwait(false);
        var (session, failure) = await LoginUnlessGrantedAsync(attempt, grant).ConfigureAwait(false);
        if (session is null)
        {
            // Its words are in the log soon; the store's are when it is polled, once.
            return new RenewalOutcome.Failed(failure!);
        }

        context.Logger.RenewedPrivately(problem);
        return new RenewalOutcome.Granted(session, IsShared: false, problem);
    }

    /// <summary>Whatever became of a refresh, its token is spent; a login is the only way on, unless the gateway asks for fewer calls.</summary>
    private async Task<Grant> LoginUnlessGrantedAsync(RenewalAttempt attempt, Grant? refreshed)
    {
        if (refreshed is { } grant)
        {
            if (grant.Session is not null || grant.Failure!.Reason is SxtFailureReason.Throttled)
            {
                return grant;
            }

            context.Logger.RefreshFailed(grant.Failure.Reason, grant.Failure.Message);
        }

        if (deaths.Postpone() is { } postponement)
        {
            context.Metrics.Renewals.Count(Words.NoCall, Words.Postponed, attempt.Cause.Word());
            return new(null, postponement);
        }

        return await granter.LoginAsync(attempt.Cause.Word()).ConfigureAwait(false);
    }
}
