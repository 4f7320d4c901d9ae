using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>Gets a session from the gateway: by a refresh where that is possible, else by a login.</summary>
internal sealed class SessionGranter(
    GatewayClient gateway, GatewayClock clock, LoginProcedure login, SessionDeaths deaths, SxtMetrics metrics, ILogger logger)
{
    private long _highestSeen;

    /// <summary>Notes a generation, so that the next one is higher.</summary>
    public void See(Session? session) => _highestSeen = Math.Max(_highestSeen, session?.Generation ?? 0);

    /// <summary>Gets the session after <paramref name="current"/>.</summary>
    /// <param name="current">The present session, if any.</param>
    /// <param name="mayRefresh">Whether the present session may be refreshed.</param>
    /// <param name="isDeath">Whether the gateway has ended the present session.</param>
    /// <param name="options">The settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SxtAuthenticationException">There is none to be had now.</exception>
    public async Task<Session> GrantAsync(
        Session? current, bool mayRefresh, bool isDeath, SxtOptions options, CancellationToken cancellationToken)
    {
        See(current);
        if (isDeath)
        {
            deaths.Record(current!, clock.Now);
        }
        else if (mayRefresh
            && current is not null
            && RenewalSchedule.CanRefresh(current, options, clock.Now)
            && current.RefreshToken!.TrySpend(out var refreshToken))
        {
            try
            {
                return await MeasureAsync(
                    "refresh",
                    () => gateway.RefreshAsync(refreshToken, options.GatewayTimeout, cancellationToken),
                    current.EndsAt).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure) when (failure.Reason is not SxtFailureReason.Throttled)
            {
                // Whatever became of the refresh, its token is spent; a login is the only way on.
                logger.RefreshFailed(failure.Reason, failure.Message);
            }
        }

        return await MeasureAsync("login", () => login.LoginAsync(options, cancellationToken), knownEnd: null).ConfigureAwait(false);
    }

    /// <summary>Ends the sessions of the user at the gateway.</summary>
    /// <returns>What marks it: the next generation.</returns>
    /// <exception cref="SxtAuthenticationException">The gateway did not confirm it.</exception>
    public async Task<Session> LogoutAsync(Session? latest, SxtOptions options, CancellationToken cancellationToken)
    {
        See(latest);
        if (latest is { AccessToken: { } token } && IsUsable(latest))
        {
            await gateway.LogoutAsync(token.GetValue(), options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
        }

        return Session.Tombstone(NextGeneration(clock.Now), latest?.ExpiresAt ?? clock.Now);
    }

    /// <summary>Without any answer of the gateway its time is not known, and a session counts as usable.</summary>
    public bool IsUsable(Session session) => !session.IsTombstone && (!clock.IsKnown || clock.Now < session.UnusableFrom);

    private async Task<Session> MeasureAsync(string kind, Func<Task<SessionGrant>> call, DateTimeOffset? knownEnd)
    {
        using var activity = SxtMetrics.StartActivity(kind);
        var startedAt = metrics.GetTimestamp();
        try
        {
            var grant = await call().ConfigureAwait(false);
            var session = Session.FromGrant(grant, NextGeneration(grant.RequestedAt), knownEnd);
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

    private long NextGeneration(DateTimeOffset grantedAt)
    {
        _highestSeen = Math.Max(grantedAt.ToUnixTimeMilliseconds(), _highestSeen + 1);
        return _highestSeen;
    }
}
