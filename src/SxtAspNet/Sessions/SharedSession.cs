using System.Diagnostics.CodeAnalysis;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>The session in the store: which one is adopted, and how one is published.</summary>
internal sealed class SharedSession(
    SessionContext context, SessionStore store, SessionNotices notices, SessionGranter granter, GatewayClient gateway)
{
    private const int MostAttempts = 3;

    private volatile Answer? _answer;

    /// <summary>The order of sessions: by generation. Two that got the same one are told apart by their tokens, by all alike.</summary>
    public static bool IsNewer([NotNullWhen(true)] Session? candidate, Session? than) =>
        candidate is not null
        && (candidate.Generation > (than?.Generation ?? 0)
            || (candidate.Generation == than?.Generation && string.CompareOrdinal(candidate.AccessToken?.GetValue(), than.AccessToken?.GetValue()) > 0));

    public static bool IsSame(Session? one, Session other) => one is not null && !IsNewer(one, other) && !IsNewer(other, one);

    /// <summary>Adopts a session: what the gateway grants next gets a higher generation.</summary>
    /// <param name="session">The session.</param>
    /// <param name="source">How it was found, for metrics.</param>
    public RenewalOutcome Adopt(Session session, string source)
    {
        granter.See(session);
        context.Metrics.Adoptions.Count(source);
        if (session.IsTombstone)
        {
            context.Logger.LogoutAdopted(session.Generation);
        }
        else
        {
            context.Logger.SessionAdopted(session.Generation, session.UnusableFrom);
        }

        return new RenewalOutcome.Adopted(session);
    }

    /// <summary>Whether a session's token still works. The gateway is asked if only it can tell.</summary>
    /// <remarks>
    /// A record outlives its token by some minutes, and an instance that has just started has not heard the gateway's time:
    /// without the question it would present an expired token. The answer tells the time as well. Where it does not, the
    /// gateway is asked once about a token.
    /// </remarks>
    public async Task<bool> IsUsableAsync(Session session)
    {
        // First what the gateway said of this very token: the times would call a dead one good, now that the answer has told them.
        if (_answer is { } answer && IsSame(answer.About, session))
        {
            return answer.IsValid && IsUsable(session) is not false;
        }

        if (IsUsable(session) is { } known)
        {
            return known;
        }

        try
        {
            var isValid = await gateway.IsValidAsync(
                session.AccessToken!.GetValue(), context.Options.GatewayTimeout, context.Stopping).ConfigureAwait(false);
            _answer = new Answer(session, isValid);
            return isValid && IsUsable(session) is not false;
        }
        catch (SxtAuthenticationException)
        {
            // No answer says nothing against the session.
            return IsUsable(session) is not false;
        }
    }

    /// <summary>Whether a session's token still works; <see langword="null"/>: only the gateway can tell.</summary>
    public bool? IsUsable(Session session) =>
        RenewalSchedule.IsUsable(session, context.Options, context.Clock.Now, context.Clock.IsKnown);

    /// <summary>Publishes a session unless a newer one is there; says which one holds.</summary>
    /// <remarks>Several attempts, since a session that the others don't see costs a login of theirs.</remarks>
    public async Task<RenewalOutcome> PublishAsync(StoredSession expected, Session session)
    {
        using var step = SxtTraces.StartStep("sxt publish");
        var problem = "The session store did not take the session, and holds none that is newer.";
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            // Should there be no answer, it may have been written all the same.
            var replaced = await store.TryReplaceAsync(expected, session).ConfigureAwait(false);
            problem = replaced.Problem ?? problem;

            // Also after a success: not every store compares atomically.
            expected = await store.ReadAsync().ConfigureAwait(false);
            if (expected.Problem is not null)
            {
                problem = expected.Problem;
                continue;
            }

            if (IsNewer(expected.Session, session)
                && (expected.Session.IsTombstone || await IsUsableAsync(expected.Session).ConfigureAwait(false)))
            {
                // Superseded: dropped, never logged out, since a logout would end the newer one too.
                return Adopt(expected.Session, Words.Renewal);
            }

            // Where another record is there, that write was the last one.
            if (IsSame(expected.Session, session) || (replaced.Value && expected.Record is null))
            {
                await notices.PublishAsync().ConfigureAwait(false);
                return new RenewalOutcome.Granted(session, IsShared: store.IsShared);
            }
        }

        step.Fail(Words.Failed);
        return new RenewalOutcome.Granted(session, IsShared: false, problem);
    }

    /// <summary>What the gateway has said about a session's token.</summary>
    private sealed record Answer(Session About, bool IsValid);
}
