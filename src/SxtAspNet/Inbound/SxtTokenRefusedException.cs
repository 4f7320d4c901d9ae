namespace SxtAspNet;

/// <summary>
/// A caller's token was refused: the failure of the authentication's result, never thrown. Its message is for the
/// caller and holds nothing of the token.
/// </summary>
public sealed class SxtTokenRefusedException : Exception
{
    internal SxtTokenRefusedException(SxtTokenRefusal reason)
        : base(Describe(reason)) => Reason = reason;

    /// <summary>Why it was refused.</summary>
    public SxtTokenRefusal Reason { get; }

    private static string Describe(SxtTokenRefusal reason) => reason switch
    {
        SxtTokenRefusal.MalformedHeader => "The Authorization header must hold exactly one bearer token",
        SxtTokenRefusal.MalformedToken => "The token is not a Space and Time token",
        SxtTokenRefusal.TooLong => "The token is too long",
        SxtTokenRefusal.NotAnAccessToken => "The token is not an access token",
        SxtTokenRefusal.Expired => "The token has expired",
        SxtTokenRefusal.NotYetValid => "The token is not valid yet",
        SxtTokenRefusal.UserNotAllowed => "The user is not accepted here",
        SxtTokenRefusal.UserMismatch => "The token names another user than the gateway",
        SxtTokenRefusal.Restricted => "The user is restricted",
        SxtTokenRefusal.Trial => "The user is on trial",
        SxtTokenRefusal.QuotaExceeded => "The user's quota is used up",
        _ => "The gateway does not accept the token",
    };
}
