namespace SxtAspNet.Sessions;

/// <summary>Why a renewal takes place.</summary>
internal enum RenewalCause
{
    /// <summary>The schedule. It does not log in after a logout.</summary>
    Schedule,

    /// <summary>A request needs a token.</summary>
    Request,

    /// <summary>The app asks for it, due or not.</summary>
    Command,

    /// <summary>The gateway has ended the present session.</summary>
    Death,
}

/// <summary>What a renewal starts from.</summary>
/// <param name="Current">The present session, if any.</param>
/// <param name="IsShared">Whether other instances use the present session too.</param>
/// <param name="Cause">Why it takes place.</param>
internal readonly record struct RenewalRequest(Session? Current, bool IsShared, RenewalCause Cause);

/// <summary>What a renewal, a logout or a look at the store came to.</summary>
/// <param name="Session">The session that holds now.</param>
/// <param name="IsShared">Whether it is in the store.</param>
/// <param name="StoreProblem">Why it could not be shared.</param>
internal readonly record struct SessionOutcome(Session Session, bool IsShared, string? StoreProblem = null);
