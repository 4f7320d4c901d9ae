using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>What the gateway was asked for: a session, or why there is none.</summary>
internal readonly record struct Grant(Session? Session, SxtAuthenticationException? Failure);

/// <summary>Has the gateway grant sessions, and numbers them.</summary>
internal sealed class SessionGranter(SessionContext context, CurrentSession current, GatewayClient gateway, LoginProcedure login)
{
    private readonly Lock _gate = new();
    private long _highestSeen;

    /// <summary>How long the last login took; <see langword="null"/> before the first.</summary>
    public TimeSpan? LoginTime { get; private set; }

    /// <summary>Notes a generation, so that the next one is higher.</summary>
    public void See(Session? session)
    {
        lock (_gate)
        {
            _highestSeen = Math.Max(_highestSeen, session?.Generation ?? 0);
        }
    }

    /// <summary>Refreshes the present session, if that can be done. Its refresh token is spent before it is sent, whatever becomes of the call.</summary>
    /// <returns><see langword="null"/>: it can't be done.</returns>
    public async Task<Grant?> TryRefreshAsync(SessionSnapshot snapshot, bool mayRefresh, string cause)
    {
        See(snapshot.Session);
        var now = current.Now(snapshot);
        if (!mayRefresh
            || snapshot.Session is not { } session
            || !RenewalSchedule.CanRefresh(session, context.Options, now)
            || !session.RefreshToken!.TrySpend(out var refreshToken))
        {
            return null;
        }

        return await GrantAsync(
            Words.Refresh,
            cause,
            () => gateway.RefreshAsync(refreshToken, context.Options.GatewayTimeout, context.Stopping),
            session.EndsAt,
            now).ConfigureAwait(false);
    }

    /// <summary>Logs in.</summary>
    public async Task<Grant> LoginAsync(string cause)
    {
        var startedAt = context.Time.GetTimestamp();
        var grant = await GrantAsync(Words.Login, cause, () => login.RunAsync(context.Options, context.Stopping), knownEnd: null, now: null).ConfigureAwait(false);
        LoginTime = context.Time.GetElapsedTime(startedAt);
        return grant;
    }

    /// <summary>Ends all sessions of the user.</summary>
    /// <returns>What marks it: the next generation.</returns>
    public async Task<Grant> LogoutAsync(Session? latest)
    {
        using var step = SxtTraces.StartStep("sxt log out");
        try
        {
            if (latest?.AccessToken is { } token)
            {
                await gateway.LogoutAsync(token.GetValue(), context.Options.GatewayTimeout, context.Stopping).ConfigureAwait(false);
            }
        }
        catch (SxtAuthenticationException failure)
        {
            step.Fail(failure.Reason.ToString());
            return new(null, failure);
        }

        return new(Session.Tombstone(NextGeneration(context.Clock.Now), context.Clock.Now, latest?.ExpiresAt ?? context.Clock.Now), null);
    }

    private async Task<Grant> GrantAsync(string kind, string cause, Func<Task<SessionGrant>> call, DateTimeOffset? knownEnd, DateTimeOffset? now)
    {
        using var step = SxtTraces.StartStep($"sxt {kind}");
        var startedAt = context.Metrics.GetTimestamp();
        try
        {
            var grant = await call().ConfigureAwait(false);
            kind = kind is Words.Login && grant.RefreshToken is null ? Words.Exchange : kind;

            // This machine's clock may be wrong by hours: without the gateway's, what is documented is the better guess. After the
            // first exchange of an API key that is usual, since the gateway itself has not been heard yet.
            var grantedAt = context.Clock.IsKnown ? grant.RequestedAt : now ?? grant.AccessTokenExpires.Plus(-Session.DocumentedTokenLifetime);
            var session = Session.FromGrant(grant, NextGeneration(grant.RequestedAt), grantedAt, knownEnd);
            if (context.Clock.IsKnown && context.Clock.Now >= session.UnusableFrom)
            {
                throw new SxtAuthenticationException(
                    SxtFailureReason.BadAnswer,
                    $"The gateway granted a token that is already over (until {session.UnusableFrom:O}, its clock shows {context.Clock.Now:O}).");
            }

            context.Metrics.Asked(kind, cause, startedAt, failure: null);
            context.Logger.SessionReady(session.Generation, session.UnusableFrom, session.EndsAt);
            return new(session, null);
        }
        catch (SxtAuthenticationException failure)
        {
            context.Metrics.Asked(kind, cause, startedAt, failure.Reason);
            step.Fail(failure.Reason.ToString());
            return new(null, failure);
        }
    }

    private long NextGeneration(DateTimeOffset grantedAt)
    {
        lock (_gate)
        {
            _highestSeen = Math.Max(grantedAt.ToUnixTimeMilliseconds(), _highestSeen + 1);
            return _highestSeen;
        }
    }
}
