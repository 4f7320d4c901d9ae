using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// Finds the next session: adopts a newer one from the store, else refreshes, else logs in, and publishes the result.
/// It decides how; the session manager decides when, and that it happens once at a time.
/// </summary>
internal sealed class SessionRenewer(
    GatewayClient gateway, GatewayClock clock, LoginProcedure login, SessionStore store, SxtMetrics metrics, ILogger logger)
{
    private const int MostAttempts = 3;

    private long _highestSeen;

    /// <summary>Finds the session after <paramref name="current"/>.</summary>
    /// <exception cref="SxtAuthenticationException">There is none to be had now.</exception>
    public async Task<Session> RenewAsync(Session? current, bool isRequested, SxtOptions options, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (IsNewer(stored.Session, current) && (IsUsable(stored.Session) || (stored.Session.IsTombstone && !isRequested)))
        {
            logger.SessionAdopted(stored.Session.Generation, stored.Session.UnusableFrom);
            return stored.Session;
        }

        See(stored.Session);
        See(current);
        var session = await RefreshOrLoginAsync(current, options, cancellationToken).ConfigureAwait(false);
        return await PublishAsync(stored, session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the store for a newer session than <paramref name="current"/>.</summary>
    public async Task<Session?> FindNewerAsync(Session current, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        return IsNewer(stored.Session, current) && IsUsable(stored.Session) ? stored.Session : null;
    }

    /// <summary>Ends the user's sessions at the gateway and marks it in the store.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not confirm it.</exception>
    public async Task<Session> LogoutAsync(Session? current, SxtOptions options, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        var latest = IsNewer(stored.Session, current) ? stored.Session : current;
        if (latest is { AccessToken: { } token } && IsUsable(latest))
        {
            await gateway.LogoutAsync(token.Value, options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
        }

        See(stored.Session);
        See(current);
        var tombstone = Session.Tombstone(NextGeneration(), latest?.ExpiresAt ?? clock.Now);
        return await PublishAsync(stored, tombstone, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Session> RefreshOrLoginAsync(Session? current, SxtOptions options, CancellationToken cancellationToken)
    {
        if (current is not null && RenewalSchedule.CanRefresh(current, options, clock.Now) && current.RefreshToken!.TrySpend(out var refreshToken))
        {
            try
            {
                return await MeasureAsync(
                    "refresh", () => gateway.RefreshAsync(refreshToken, options.GatewayTimeout, cancellationToken), current.EndsAt).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure) when (failure.Reason is not SxtFailureReason.Throttled)
            {
                // Whatever became of the refresh, its token is spent; a login is the only way on.
                logger.RefreshFailed(failure.Reason, failure.Message);
            }
        }

        return await MeasureAsync("login", () => login.LoginAsync(options, cancellationToken), knownEnd: null).ConfigureAwait(false);
    }

    private async Task<Session> MeasureAsync(string kind, Func<Task<SessionGrant>> call, DateTimeOffset? knownEnd)
    {
        using var activity = SxtMetrics.StartActivity(kind);
        var startedAt = metrics.GetTimestamp();
        try
        {
            var grant = await call().ConfigureAwait(false);
            var session = Session.FromGrant(grant, NextGeneration(), knownEnd, clock.Now);
            if (!IsUsable(session))
            {
                throw new SxtAuthenticationException(
                    SxtFailureReason.BadAnswer,
                    $"The gateway granted a token that is already over (until {session.UnusableFrom:O}, its clock shows {clock.Now:O}).");
            }

            metrics.Renewed(kind, startedAt, failure: null);
            return session;
        }
        catch (SxtAuthenticationException failure)
        {
            metrics.Renewed(kind, startedAt, failure.Reason);
            activity?.SetStatus(ActivityStatusCode.Error, failure.Reason.ToString());
            throw;
        }
    }

    /// <summary>Publishes a session unless a newer one is there; returns the one that holds.</summary>
    private async Task<Session> PublishAsync(StoredSession expected, Session session, CancellationToken cancellationToken)
    {
        for (var attempt = 1; !await store.TryReplaceAsync(expected, session, cancellationToken).ConfigureAwait(false); attempt++)
        {
            if (attempt == MostAttempts)
            {
                logger.PublishFailed(session.Generation);
                return session;
            }

            expected = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (IsNewer(expected.Session, session) && (IsUsable(expected.Session) || expected.Session.IsTombstone))
            {
                // Superseded: dropped, never logged out, since a logout would end the newer one too.
                logger.SessionAdopted(expected.Session.Generation, expected.Session.UnusableFrom);
                return expected.Session;
            }
        }

        return session;
    }

    private long NextGeneration()
    {
        _highestSeen = Math.Max(clock.Now.ToUnixTimeMilliseconds(), _highestSeen + 1);
        return _highestSeen;
    }

    private void See(Session? session) => _highestSeen = Math.Max(_highestSeen, session?.Generation ?? 0);

    private static bool IsNewer([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] Session? candidate, Session? than) =>
        candidate is not null && candidate.Generation > (than?.Generation ?? 0);

    /// <summary>Without any answer of the gateway its time is not known, and a session counts as usable.</summary>
    private bool IsUsable(Session session) => !session.IsTombstone && (!clock.IsKnown || clock.Now < session.UnusableFrom);
}
