using SxtAspNet.Diagnostics;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>
/// Whether the gateway's word that a token is dead can be believed. What validtoken answers is not known for sure: where it
/// calls a token dead that works, each 401 of an API's own would end the session and cost a login. But a dead token is
/// accepted by no API, so what other requests are answered is the evidence.
/// </summary>
internal sealed class VerdictTrust(SessionContext context, CurrentSession current)
{
    private const string Explanation =
        "The gateway calls tokens dead that APIs accept (validtoken); until a token's lifetime has passed, a 401 counts as the API's own.";

    /// <summary>How long the gateway's servers may take to agree, and then as long again for the evidence.</summary>
    private static readonly TimeSpan HalfOfGrace = TimeSpan.FromSeconds(1);

    /// <summary>A token that is accepted by nobody for so long is dead, whatever its judge is worth.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _refutedAt;
    private long? _believedAt;

    private bool IsDistrusted => IsRecent(ref _refutedAt);

    private bool HasBelieved => IsRecent(ref _believedAt);

    /// <summary>The gateway called a token good: that much it can tell.</summary>
    public void Clear(Session session)
    {
        lock (_gate)
        {
            session.Doubt = null;
            _believedAt = null;
        }
    }

    /// <summary>Decides whether a session is dead, as the gateway says.</summary>
    /// <remarks>
    /// The first time it is believed at once, since a dead token fails requests. The second time in a row within a token's
    /// lifetime, and about a session that has just been granted, it is believed unless a request that is sent after the verdict
    /// is accepted.
    /// </remarks>
    public async Task<bool> IsDeadAsync(Session session)
    {
        var isFresh = context.Time.GetElapsedTime(current.Snapshot.InstalledAt) < 2 * HalfOfGrace;
        if (!IsDistrusted && !HasBelieved && !isFresh)
        {
            return Believe();
        }

        var doubt = session.Doubt;
        if (doubt is null)
        {
            await context.Runtime.WaitAsync(current.Next, HalfOfGrace, context.Stopping).ConfigureAwait(false);
            session.Doubt = doubt = new TokenDoubt(context.Time.GetTimestamp());
            await context.Runtime.WaitAsync(current.Next, HalfOfGrace, context.Stopping).ConfigureAwait(false);
        }

        if (doubt.IsRefuted)
        {
            return Distrust(session);
        }

        var silence = context.Time.GetElapsedTime(doubt.Since);
        return (!IsDistrusted || (!HasBelieved && silence >= LongestSilence)) && Believe();
    }

    private bool Believe()
    {
        lock (_gate)
        {
            _believedAt = context.Time.GetTimestamp();
            return true;
        }
    }

    private bool Distrust(Session session)
    {
        if (!IsDistrusted)
        {
            context.Logger.VerdictRefuted();
        }

        lock (_gate)
        {
            session.Doubt = null;
            _refutedAt = context.Time.GetTimestamp();
            current.Concern = () => IsDistrusted ? Explanation : null;
            return false;
        }
    }

    private bool IsRecent(ref long? timestamp)
    {
        lock (_gate)
        {
            return timestamp is { } known && context.Time.GetElapsedTime(known) < Session.DocumentedTokenLifetime;
        }
    }
}
