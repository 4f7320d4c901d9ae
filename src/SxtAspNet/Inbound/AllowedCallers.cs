using System.Collections.Frozen;

namespace SxtAspNet.Inbound;

/// <summary>The callers that an app accepts.</summary>
internal sealed class AllowedCallers(SxtBearerOptions options)
{
    private readonly bool _anyUser = options.AllowAnyUser;
    private readonly FrozenSet<string> _users = options.AllowedUsers.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> _subscriptions = options.AllowedSubscriptions.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a token that says this of itself may turn out to be of a caller that is accepted.</summary>
    /// <remarks>The gateway's tokens name their user. One that does not can be accepted by its subscription only.</remarks>
    public bool MayContain(string? userId, string? subscription) =>
        userId is null ? _anyUser || (subscription is not null && _subscriptions.Contains(subscription)) : Contains(userId, subscription);

    public bool Contains(string userId, string? subscription) =>
        _anyUser || _users.Contains(userId) || (subscription is not null && _subscriptions.Contains(subscription));
}
