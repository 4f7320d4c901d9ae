using System.Diagnostics.CodeAnalysis;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>One generation of the session: immutable, but for its refresh token, which can be spent once.</summary>
internal sealed class Session
{
    /// <summary>How long a session lives after its login, where the gateway doesn't say (documented: 24 hours).</summary>
    public static readonly TimeSpan DocumentedLifetime = TimeSpan.FromHours(24);

    /// <summary>Orders the generations: the gateway's time in ms when it was asked for, at least one above the last.</summary>
    public required long Generation { get; init; }

    /// <summary>The token; <see langword="null"/> after a logout.</summary>
    public required SxtAccessToken? AccessToken { get; init; }

    /// <summary>When the access token expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the session ends, however often it is refreshed.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Only the instance that received it, the session's owner, has it.</summary>
    public RefreshToken? RefreshToken { get; init; }

    [MemberNotNullWhen(false, nameof(AccessToken))]
    public bool IsTombstone => AccessToken is null;

    /// <summary>When it was granted: that is where a generation's number comes from.</summary>
    public DateTimeOffset GrantedAt => DateTimeOffset.FromUnixTimeMilliseconds(Generation);

    public DateTimeOffset UnusableFrom => ExpiresAt < EndsAt ? ExpiresAt : EndsAt;

    /// <summary>A session that this instance was granted, and owns.</summary>
    /// <param name="grant">The gateway's answer.</param>
    /// <param name="generation">Its number.</param>
    /// <param name="knownEnd">The session's end if it was known before the grant (a refresh does not change it).</param>
    public static Session FromGrant(SessionGrant grant, long generation, DateTimeOffset? knownEnd)
    {
        var endsAt = grant.SessionExpires ?? knownEnd ?? grant.RequestedAt + DocumentedLifetime;
        return new Session
        {
            Generation = generation,
            AccessToken = new SxtAccessToken(
                grant.AccessToken, grant.AccessTokenExpires < endsAt ? grant.AccessTokenExpires : endsAt),
            ExpiresAt = grant.AccessTokenExpires,
            EndsAt = endsAt,
            RefreshToken = new RefreshToken(grant.RefreshToken, grant.RefreshTokenExpires),
        };
    }

    /// <summary>Marks that the session was logged out.</summary>
    /// <param name="generation">Its number.</param>
    /// <param name="expiresAt">Until when an instance can still hold an older token.</param>
    public static Session Tombstone(long generation, DateTimeOffset expiresAt) => new()
    {
        Generation = generation,
        AccessToken = null,
        ExpiresAt = expiresAt,
        EndsAt = expiresAt,
    };

    public override string ToString() =>
        IsTombstone ? $"logged out in generation {Generation}" : $"generation {Generation}, usable until {UnusableFrom:O}";
}
