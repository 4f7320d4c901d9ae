using System.Collections.Frozen;

namespace SxtAspNet.Inbound;

/// <summary>The callers that an app accepts.</summary>
internal sealed class AllowedCallers(SxtBearerOptions options)
{
    private readonly bool _anyUser = options.AllowAnyUser;
    private readonly FrozenSet<string> _users = options.AllowedUsers.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> _subscriptions = options.AllowedSubscriptions.ToFrozenSet(StringComparer.Ordinal);

    public bool Contains(string userId, string? subscription) =>
        _anyUser || _users.Contains(userId) || (subscription is not null && _subscriptions.Contains(subscription));
}
