using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>The session in the store: which one is adopted, and how one is published.</summary>
internal sealed class SharedSession(
    SessionStore store, SessionNotices notices, SessionGranter granter, GatewayClient gateway, GatewayClock clock, ILogger logger)
{
    private const int MostAttempts = 3;

    public static bool IsNewer([NotNullWhen(true)] Session? candidate, Session? than) =>
        candidate is not null && candidate.Generation > (than?.Generation ?? 0);

    /// <summary>Adopts a session: what the gateway grants next gets a higher generation.</summary>
    public RenewalOutcome Adopt(Session session)
    {
        granter.See(session);
        if (session.IsTombstone)
        {
            logger.FoundLoggedOut(session.Generation);
        }
        else
        {
            logger.SessionAdopted(session.Generation, session.UnusableFrom);
        }

        return new RenewalOutcome.Adopted(session);
    }

    /// <summary>Whether a session's token still works. The gateway is asked if only it can tell.</summary>
    /// <remarks>
    /// A record outlives its token by some minutes, and an instance that has just started has not heard the gateway's time:
    /// without the question it would present an expired token. The answer tells the time as well.
    /// </remarks>
    public async Task<bool> IsUsableAsync(Session session, SxtOptions options, CancellationToken cancellationToken)
    {
        if (IsUsable(session, options) is { } known)
        {
            return known;
        }

        try
        {
            return await gateway.IsValidAsync(session.AccessToken!.GetValue(), options.GatewayTimeout, cancellationToken).ConfigureAwait(false)
                && IsUsable(session, options) is not false;
        }
        catch (SxtAuthenticationException)
        {
            // No answer says nothing against the session.
            return IsUsable(session, options) is not false;
        }
    }

    /// <summary>Whether a session's token still works; <see langword="null"/>: only the gateway can tell.</summary>
    public bool? IsUsable(Session session, SxtOptions options) =>
        RenewalSchedule.IsUsable(session, options, clock.Now, clock.IsKnown);

    /// <summary>Publishes a session unless a newer one is there; says which one holds.</summary>
    /// <remarks>Several attempts, since a session that the others don't see costs a login of theirs.</remarks>
    public async Task<RenewalOutcome> PublishAsync(
        StoredSession expected, Session session, SxtOptions options, CancellationToken cancellationToken)
    {
        var problem = "The session store did not take the session, and holds none that is newer.";
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            // Should there be no answer, it may have been written all the same.
            var replaced = await store.TryReplaceAsync(expected, session, options, cancellationToken).ConfigureAwait(false);
            problem = replaced.Problem ?? problem;

            // Also after a success: not every store compares atomically.
            expected = await store.ReadAsync(options, cancellationToken).ConfigureAwait(false);
            if (expected.Problem is not null)
            {
                problem = expected.Problem;
                continue;
            }

            if (IsNewer(expected.Session, session)
                && (expected.Session.IsTombstone || await IsUsableAsync(expected.Session, options, cancellationToken).ConfigureAwait(false)))
            {
                // Superseded: dropped, never logged out, since a logout would end the newer one too.
                return Adopt(expected.Session);
            }

            if (replaced.Value || expected.Session?.Generation == session.Generation)
            {
                await notices.PublishAsync(options, cancellationToken).ConfigureAwait(false);
                return new RenewalOutcome.Granted(session, IsShared: store.IsShared);
            }
        }

        logger.StoreUnavailable(problem);
        return new RenewalOutcome.Granted(session, IsShared: false, problem);
    }
}
