using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>What the gateway was asked for: a session, or why there is none.</summary>
internal readonly record struct Grant(Session? Session, SxtAuthenticationException? Failure);

/// <summary>Has the gateway grant sessions, and numbers them.</summary>
internal sealed class SessionGranter(
    GatewayClient gateway, GatewayClock clock, LoginProcedure login, SxtMetrics metrics, Runtime runtime, ILogger logger)
{
    private long _highestSeen;

    /// <summary>How long the last login took; <see langword="null"/> before the first.</summary>
    public TimeSpan? LoginTime { get; private set; }

    /// <summary>Notes a generation, so that the next one is higher.</summary>
    public void See(Session? session) => _highestSeen = Math.Max(_highestSeen, session?.Generation ?? 0);

    /// <summary>Refreshes a session. Its refresh token is spent before it is sent, whatever becomes of the call.</summary>
    /// <param name="current">The session.</param>
    /// <param name="refreshToken">Its refresh token.</param>
    /// <param name="now">The time, as far as it is known beside that session.</param>
    /// <param name="options">The settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Grant> RefreshAsync(
        Session current, string refreshToken, DateTimeOffset now, SxtOptions options, CancellationToken cancellationToken) =>
        GrantAsync("refresh", () => gateway.RefreshAsync(refreshToken, options.GatewayTimeout, cancellationToken), current.EndsAt, now);

    /// <summary>Logs in.</summary>
    public async Task<Grant> LoginAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        var startedAt = runtime.TimeProvider.GetTimestamp();
        var grant = await GrantAsync("login", () => login.RunAsync(options, cancellationToken), knownEnd: null, now: null).ConfigureAwait(false);
        LoginTime = runtime.TimeProvider.GetElapsedTime(startedAt);
        return grant;
    }

    /// <summary>Ends all sessions of the user.</summary>
    /// <returns>What marks it: the next generation.</returns>
    public async Task<Grant> LogoutAsync(Session? latest, SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            if (latest?.AccessToken is { } token)
            {
                await gateway.LogoutAsync(token.GetValue(), options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SxtAuthenticationException failure)
        {
            return new(null, failure);
        }

        return new(Session.Tombstone(NextGeneration(clock.Now), clock.Now, latest?.ExpiresAt ?? clock.Now), null);
    }

    private async Task<Grant> GrantAsync(string kind, Func<Task<SessionGrant>> call, DateTimeOffset? knownEnd, DateTimeOffset? now)
    {
        using var activity = SxtMetrics.StartActivity(kind);
        var startedAt = metrics.GetTimestamp();
        try
        {
            var grant = await call().ConfigureAwait(false);

            // This machine's clock may be wrong by hours: without the gateway's, what is documented is the better guess.
            var grantedAt = clock.IsKnown ? grant.RequestedAt : now ?? grant.AccessTokenExpires.Plus(-Session.DocumentedTokenLifetime);
            var session = Session.FromGrant(grant, NextGeneration(grant.RequestedAt), grantedAt, knownEnd);
            if (clock.IsKnown && clock.Now >= session.UnusableFrom)
            {
                throw new SxtAuthenticationException(
                    SxtFailureReason.BadAnswer,
                    $"The gateway granted a token that is already over (until {session.UnusableFrom:O}, its clock shows {clock.Now:O}).");
            }

            metrics.Renewed(kind, startedAt, failure: null);
            logger.SessionReady(session.Generation, session.UnusableFrom, session.EndsAt);
            return new(session, null);
        }
        catch (SxtAuthenticationException failure)
        {
            metrics.Renewed(kind, startedAt, failure.Reason);
            activity?.SetStatus(ActivityStatusCode.Error, failure.Reason.ToString());
            return new(null, failure);
        }
    }

    private long NextGeneration(DateTimeOffset grantedAt)
    {
        _highestSeen = Math.Max(grantedAt.ToUnixTimeMilliseconds(), _highestSeen + 1);
        return _highestSeen;
    }
}
