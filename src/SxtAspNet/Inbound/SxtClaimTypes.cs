namespace SxtAspNet;

/// <summary>
/// Types of the claims that a caller has besides <see cref="System.Security.Claims.ClaimTypes.NameIdentifier"/> and
/// <see cref="System.Security.Claims.ClaimTypes.Name"/>, which are both its user id. They are named as in the token and in
/// the gateway's answer about it. Each is there only if the token or the answer has it.
/// </summary>
public static class SxtClaimTypes
{
    /// <summary>The subscription that the user belongs to.</summary>
    public const string Subscription = "subscription";

    /// <summary>The session that the token belongs to; it stays the same when the session is refreshed.</summary>
    public const string Session = "session";

    /// <summary>When the token stops working, in seconds of Unix time on the gateway's clock.</summary>
    public const string Expiry = "exp";

    /// <summary>The subscription that the gateway names when it is asked about the token.</summary>
    public const string SubscriptionId = "subscriptionId";

    /// <summary>Whether the gateway calls the user restricted: "true" or "false".</summary>
    public const string Restricted = "restricted";

    /// <summary>Whether the user's quota is used up: "true" or "false".</summary>
    public const string QuotaExceeded = "quotaExceeded";

    /// <summary>Whether the user is on trial: "true" or "false".</summary>
    public const string Trial = "trial";
}
