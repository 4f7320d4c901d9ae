namespace SxtAspNet;

/// <summary>
/// Types of the claims that a caller has besides <see cref="System.Security.Claims.ClaimTypes.NameIdentifier"/> and
/// <see cref="System.Security.Claims.ClaimTypes.Name"/>, which are both its user id. They are named as in the token.
/// </summary>
public static class SxtClaimTypes
{
    /// <summary>The subscription that the user belongs to.</summary>
    public const string Subscription = "subscription";

    /// <summary>The session that the token belongs to; it stays the same when the session is refreshed.</summary>
    public const string Session = "session";

    /// <summary>When the token stops working, in seconds of Unix time on the gateway's clock.</summary>
    public const string Expiry = "exp";
}
