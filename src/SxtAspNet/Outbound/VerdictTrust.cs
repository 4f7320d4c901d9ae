using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>What to make of the gateway's word that a token is dead.</summary>
internal enum VerdictBelief
{
    /// <summary>Nothing speaks against it.</summary>
    Believed,

    /// <summary>The session is new, or an API accepted the token meanwhile: the next answers tell.</summary>
    Unclear,

    /// <summary>APIs go on accepting the token: the 401 was the API's own.</summary>
    Refuted,

    /// <summary>It was refuted not long ago.</summary>
    Distrusted,
}

/// <summary>
/// Whether the gateway's verdicts about tokens can be believed. What validtoken answers is not known for sure: where it
/// calls a token dead that works, each 401 of an API's own would end the session and cost a login. But a dead token
/// is accepted by no API, so what other requests are answered is the evidence.
/// </summary>
internal sealed class VerdictTrust(SessionContext context, CurrentSession current)
{
    private const string Explanation =
        "The gateway calls tokens dead that APIs accept (validtoken); until a token's lifetime has passed, a 401 counts as the API's own.";

    /// <summary>How long a verdict is left open: as long as the gateway's servers may take to agree.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private int _contradictions;
    private long? _refutedAt;
    private long? _believedAt;

    private bool IsDistrusted => IsRecent(_refutedAt);

    /// <summary>An API has rejected a session's token: only what is sent from now on and accepted speaks against its death.</summary>
    public void Question(Session session)
    {
        lock (_gate)
        {
            session.Doubt = new TokenDoubt(session.Doubt?.Since ?? context.Time.GetTimestamp());
        }
    }

    /// <summary>The gateway called the token good.</summary>
    public void Clear(Session session)
    {
        lock (_gate)
        {
            session.Doubt = null;
            _contradictions = 0;
        }
    }

    /// <summary>Judges the gateway's word that a session is dead.</summary>
    public VerdictBelief Judge(Session session)
    {
        lock (_gate)
        {
            if (session.Doubt is { IsRefuted: true })
            {
                if (++_contradictions < 2)
                {
                    return VerdictBelief.Unclear;
                }

                var isNews = !IsDistrusted;
                _refutedAt = context.Time.GetTimestamp();
                current.Concern = () => IsDistrusted ? Explanation : null;
                return isNews ? VerdictBelief.Refuted : VerdictBelief.Distrusted;
            }

            _contradictions = 0;
            var doubtedFor = session.Doubt is { } doubt ? context.Time.GetElapsedTime(doubt.Since) : TimeSpan.Zero;
            if (IsDistrusted && (IsRecent(_believedAt) || doubtedFor < TimeSpan.FromMinutes(1)))
            {
                return VerdictBelief.Distrusted;
            }

            if (context.Time.GetElapsedTime(current.Snapshot.InstalledAt) < Grace && doubtedFor < Grace)
            {
                return VerdictBelief.Unclear;
            }

            _believedAt = context.Time.GetTimestamp();
            return VerdictBelief.Believed;
        }
    }

    private bool IsRecent(long? timestamp) =>
        timestamp is { } known && context.Time.GetElapsedTime(known) < Session.DocumentedTokenLifetime;
}
