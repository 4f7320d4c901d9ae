namespace SxtAspNet.Testing;

/// <summary>
/// What the gateway says about a user besides its id: the members of a <c>validtoken</c> answer. Those that are
/// <see langword="null"/> are left out.
/// </summary>
public sealed class SxtGatewayUser
{
    /// <summary>The subscription that <c>validtoken</c> names.</summary>
    public string? SubscriptionId { get; init; }

    /// <summary>Whether the user is restricted.</summary>
    public bool? Restricted { get; init; }

    /// <summary>Whether the user's quota is used up.</summary>
    public bool? QuotaExceeded { get; init; }

    /// <summary>Whether the user is on trial.</summary>
    public bool? Trial { get; init; }

    /// <summary>Whether tokens issued from now on have the claim <c>subscription</c>. Default: true.</summary>
    public bool HasSubscriptionClaim { get; init; } = true;
}
