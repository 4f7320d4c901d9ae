namespace SxtAspNet.Sessions;

/// <summary>Why a renewal takes place.</summary>
internal enum RenewalCause
{
    /// <summary>The schedule. It does not log in after a logout.</summary>
    Schedule,

    /// <summary>Requests need a token: there is none, or theirs is dead.</summary>
    Request,

    /// <summary>The app asks for it, due or not.</summary>
    Command,
}

internal static class RenewalCauses
{
    /// <summary>The word for it in metrics and traces.</summary>
    public static string Word(this RenewalCause cause) => cause switch
    {
        RenewalCause.Schedule => "schedule",
        RenewalCause.Request => "request",
        _ => "command",
    };
}

/// <summary>What an attempt to renew, or to log out, ends in.</summary>
internal abstract record RenewalOutcome
{
    /// <summary>Another instance has renewed: its session is used, and the gateway was not asked.</summary>
    public sealed record Adopted(Session Session) : RenewalOutcome;

    /// <summary>The gateway granted a session, or confirmed a logout.</summary>
    /// <param name="Session">The session, or the tombstone.</param>
    /// <param name="IsShared">Whether it is in the store.</param>
    /// <param name="StoreProblem">Why it is not.</param>
    public sealed record Granted(Session Session, bool IsShared, string? StoreProblem = null) : RenewalOutcome;

    /// <summary>An attempt of the farm failed a moment ago, so the gateway was not asked yet.</summary>
    /// <param name="Cause">Why that one failed.</param>
    /// <param name="Delay">How long to wait as long as there is a usable token.</param>
    /// <param name="UrgentDelay">How long to wait without one.</param>
    public sealed record Postponed(SxtAuthenticationException Cause, TimeSpan Delay, TimeSpan UrgentDelay) : RenewalOutcome;

    /// <summary>The store is away, and the session that the farm shares is good for long enough to wait for it.</summary>
    public sealed record AwaitsStore : RenewalOutcome;

    /// <summary>There is no session to be had now.</summary>
    public sealed record Failed(SxtAuthenticationException Cause) : RenewalOutcome;
}
