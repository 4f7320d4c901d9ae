using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// Finds the next session: adopts a newer one from the store; else, under the farm's lock, gets one from the gateway
/// and publishes it. Without store or lock it gets one for this instance alone. It decides how; the session manager
/// decides when, and that it happens once at a time.
/// </summary>
internal sealed class SessionRenewer(
    SessionGranter granter,
    SessionStore store,
    SessionLock farmLock,
    SessionNotices notices,
    SealKeyRing sealKeys,
    GatewayClock clock,
    Runtime runtime,
    ILogger logger)
{
    private const int MostAttempts = 3;

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LogoutsWaitForLock = TimeSpan.FromSeconds(2);

    private readonly RenewalNotes _notes = new(store, clock, runtime, logger);

    /// <summary>Whether other processes can share the session.</summary>
    public bool CanShare => store.IsShared;

    /// <summary>Finds the session after the present one.</summary>
    /// <remarks>
    /// A cold instance has several tries at the store: its first connection takes a while, and a login that all instances
    /// of a cold farm make on their own is what the store is to prevent.
    /// </remarks>
    /// <exception cref="SxtAuthenticationException">There is none to be had now.</exception>
    public async Task<SessionOutcome> RenewAsync(RenewalRequest request, SxtOptions options, CancellationToken cancellationToken)
    {
        StoreUnavailableException failure;
        var attempt = 0;

        // Without the farm's session this renewal ends in a login of its own, for which the keys are read in any case.
        sealKeys.ForgetUnknown();
        do
        {
            try
            {
                return await RenewSharedAsync(request, options, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException unavailable)
            {
                failure = unavailable;
            }
        }
        while (request.Current is null && ++attempt < MostAttempts);

        return await RenewPrivatelyAsync(request, failure, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compares the present session with the store: adopts a newer one, publishes a higher one.</summary>
    /// <exception cref="StoreUnavailableException">The store can't be reached.</exception>
    public async Task<SessionOutcome?> SynchronizeAsync(Session? current, SxtOptions options, CancellationToken cancellationToken)
    {
        await notices.EnsureSubscribedAsync(options).ConfigureAwait(false);
        var stored = await store.ReadAsync(options, cancellationToken).ConfigureAwait(false);
        if (IsNewer(stored.Session, current) && (stored.Session.IsTombstone || granter.IsUsable(stored.Session)))
        {
            return Adopted(stored.Session);
        }

        if (current is null || current.Generation == stored.Session?.Generation)
        {
            return current is null ? null : new SessionOutcome(current, IsShared: true);
        }

        // Without knowing the time, an expired session would be put back for ever.
        return clock.IsKnown && granter.IsUsable(current)
            ? await PublishAsync(stored, current, options, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Ends the user's sessions at the gateway and marks it in the store.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not confirm it.</exception>
    public async Task<SessionOutcome> LogoutAsync(Session? current, SxtOptions options, CancellationToken cancellationToken)
    {
        StoredSession stored = default;
        IAsyncDisposable? held = null;
        string? problem = null;
        try
        {
            held = await TryLockForAsync(LogoutsWaitForLock, options, cancellationToken).ConfigureAwait(false);
            stored = await store.ReadAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure)
        {
            problem = failure.Message;
        }

        try
        {
            granter.See(stored.Session);
            var latest = IsNewer(stored.Session, current) ? stored.Session : current;
            var tombstone = await granter.LogoutAsync(latest, options, cancellationToken).ConfigureAwait(false);
            return problem is null
                ? await PublishAsync(stored, tombstone, options, cancellationToken).ConfigureAwait(false)
                : new SessionOutcome(tombstone, IsShared: false, problem);
        }
        finally
        {
            if (held is not null)
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<SessionOutcome> RenewPrivatelyAsync(
        RenewalRequest request, StoreUnavailableException failure, SxtOptions options, CancellationToken cancellationToken)
    {
        // No refresh of a shared session: it would end the access token that other instances still use, and they could
        // not see the new one.
        logger.RenewedPrivately(failure.Message);

        // Once the store is back this session may be published: sealed with a key that the others have by then.
        await sealKeys.LoadForRenewalAsync(options, cancellationToken).ConfigureAwait(false);
        var session = await granter.GrantAsync(
            request.Current, !request.IsShared, request.Cause is RenewalCause.Death, options, cancellationToken).ConfigureAwait(false);
        return new SessionOutcome(session, IsShared: false, failure.Message);
    }

    private async Task<SessionOutcome> RenewSharedAsync(
        RenewalRequest request, SxtOptions options, CancellationToken cancellationToken)
    {
        await notices.EnsureSubscribedAsync(options).ConfigureAwait(false);
        var startedAt = runtime.TimeProvider.GetTimestamp();
        for (var look = FirstLook; ; look = look * 2 < LongestLook ? look * 2 : LongestLook)
        {
            var notice = notices.Next;
            var (stored, note) = await LookAsync(options, cancellationToken).ConfigureAwait(false);
            if (IsAdoptable(stored.Session, request))
            {
                return Adopted(stored.Session);
            }

            _notes.ThrowIfPostponed(note.Note, request);
            var held = await farmLock.TryAcquireAsync(options, cancellationToken).ConfigureAwait(false);
            if (held is not null)
            {
                await using (held.ConfigureAwait(false))
                {
                    if (store.IsShared)
                    {
                        logger.LockTaken();
                    }

                    return await RenewUnderLockAsync(request, options, cancellationToken).ConfigureAwait(false);
                }
            }

            if (runtime.TimeProvider.GetElapsedTime(startedAt) > options.AcquireTimeout)
            {
                throw new SxtAuthenticationException(
                    SxtFailureReason.TimedOut,
                    $"Another instance of the farm has been renewing the session for {options.AcquireTimeout.TotalSeconds:0.###} s (AcquireTimeout).");
            }

            await runtime.WaitAsync(notice, look, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SessionOutcome> RenewUnderLockAsync(
        RenewalRequest request, SxtOptions options, CancellationToken cancellationToken)
    {
        // Whoever had the lock before may have renewed, or failed, since the last look.
        var (stored, note) = await LookAsync(options, cancellationToken).ConfigureAwait(false);
        if (IsAdoptable(stored.Session, request))
        {
            return Adopted(stored.Session);
        }

        _notes.ThrowIfPostponed(note.Note, request);
        if (store.IsShared)
        {
            await sealKeys.LoadForRenewalAsync(options, cancellationToken).ConfigureAwait(false);
        }

        granter.See(stored.Session);
        try
        {
            var session = await granter.GrantAsync(
                request.Current, mayRefresh: true, request.Cause is RenewalCause.Death, options, cancellationToken).ConfigureAwait(false);
            return await PublishAsync(stored, session, options, cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException failure) when (failure.Reason is not SxtFailureReason.KeyUnavailable)
        {
            // A key that can't be had is this instance's trouble alone: the gateway was not asked, and may be by others.
            await _notes.LeaveAsync(note, failure, options, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(StoredSession Stored, StoredNote Note)> LookAsync(SxtOptions options, CancellationToken cancellationToken) => (
        await store.ReadAsync(options, cancellationToken).ConfigureAwait(false),
        await store.ReadNoteAsync(options, cancellationToken).ConfigureAwait(false));

    /// <summary>Publishes a session unless a newer one is there; says which one holds.</summary>
    /// <remarks>Several attempts, since a session that the others don't see costs a login of theirs.</remarks>
    private async Task<SessionOutcome> PublishAsync(
        StoredSession expected, Session session, SxtOptions options, CancellationToken cancellationToken)
    {
        var problem = "The session store did not take the session, and holds none that is newer.";
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var isReplaced = false;
            try
            {
                isReplaced = await store.TryReplaceAsync(expected, session, options, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException failure)
            {
                // Whether it was written is not known.
                problem = failure.Message;
            }

            try
            {
                // Also after a success: not every store compares atomically.
                expected = await store.ReadAsync(options, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException failure)
            {
                problem = failure.Message;
                continue;
            }

            if (IsNewer(expected.Session, session) && (expected.Session.IsTombstone || granter.IsUsable(expected.Session)))
            {
                // Superseded: dropped, never logged out, since a logout would end the newer one too.
                return Adopted(expected.Session);
            }

            if (isReplaced || expected.Session?.Generation == session.Generation)
            {
                await notices.PublishAsync(options).ConfigureAwait(false);
                return new SessionOutcome(session, IsShared: true);
            }
        }

        logger.StoreUnavailable(problem);
        return new SessionOutcome(session, IsShared: false, problem);
    }

    private async Task<IAsyncDisposable?> TryLockForAsync(TimeSpan limit, SxtOptions options, CancellationToken cancellationToken)
    {
        var startedAt = runtime.TimeProvider.GetTimestamp();
        while (true)
        {
            var held = await farmLock.TryAcquireAsync(options, cancellationToken).ConfigureAwait(false);
            if (held is not null || runtime.TimeProvider.GetElapsedTime(startedAt) > limit)
            {
                return held;
            }

            await runtime.WaitAsync(notices.Next, FirstLook, cancellationToken).ConfigureAwait(false);
        }
    }

    private SessionOutcome Adopted(Session session)
    {
        granter.See(session);
        logger.SessionAdopted(session.Generation, session.UnusableFrom);
        return new SessionOutcome(session, IsShared: true);
    }

    private bool IsAdoptable([NotNullWhen(true)] Session? stored, RenewalRequest request) =>
        IsNewer(stored, request.Current)
        && (granter.IsUsable(stored) || (stored.IsTombstone && request.Cause is RenewalCause.Schedule));

    private static bool IsNewer([NotNullWhen(true)] Session? candidate, Session? than) =>
        candidate is not null && candidate.Generation > (than?.Generation ?? 0);
}
