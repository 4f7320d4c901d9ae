using System.Diagnostics.CodeAnalysis;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>One generation of the session: immutable, but for its refresh token, which can be spent once, and doubts about its token.</summary>
internal sealed class Session
{
    private volatile TokenDoubt? _doubt;

    /// <summary>How long a session lives after its login, where the gateway doesn't say (documented: 24 hours).</summary>
    public static readonly TimeSpan DocumentedLifetime = TimeSpan.FromHours(24);

    /// <summary>How long an access token lives (documented: 25 minutes).</summary>
    public static readonly TimeSpan DocumentedTokenLifetime = TimeSpan.FromMinutes(25);

    /// <summary>
    /// Orders the generations: the gateway's time in ms when it was asked for, at least one above the last. It may be far
    /// ahead of any clock, so it says nothing about time.
    /// </summary>
    public required long Generation { get; init; }

    /// <summary>When it was granted.</summary>
    public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>The token; <see langword="null"/> after a logout.</summary>
    public required SxtAccessToken? AccessToken { get; init; }

    /// <summary>When the access token expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the session ends, however often it is refreshed.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Whether the gateway granted it to this instance; all others have it from the store.</summary>
    public bool IsGrantedHere { get; init; }

    /// <summary>Only the instance that received it, the session's owner, has it; nobody after the exchange of an API key.</summary>
    public RefreshToken? RefreshToken { get; init; }

    /// <summary>Whether the token may be dead; taken before a request is sent.</summary>
    public TokenDoubt? Doubt
    {
        get => _doubt;
        set => _doubt = value;
    }

    [MemberNotNullWhen(false, nameof(AccessToken))]
    public bool IsTombstone => AccessToken is null;

    public DateTimeOffset UnusableFrom => ExpiresAt < EndsAt ? ExpiresAt : EndsAt;

    /// <summary>For how long its token was granted.</summary>
    public TimeSpan Lifetime => UnusableFrom - GrantedAt;

    /// <summary>A session that this instance was granted; it owns it, if there is a refresh token.</summary>
    /// <param name="grant">The gateway's answer.</param>
    /// <param name="generation">Its number.</param>
    /// <param name="grantedAt">When it was granted, on the gateway's clock.</param>
    /// <param name="knownEnd">The session's end if it was known before the grant (a refresh does not change it).</param>
    public static Session FromGrant(SessionGrant grant, long generation, DateTimeOffset grantedAt, DateTimeOffset? knownEnd)
    {
        var endsAt = grant.SessionEnd(grantedAt) ?? knownEnd ?? grantedAt.Plus(DocumentedLifetime);
        return new Session
        {
            Generation = generation,
            GrantedAt = grantedAt,
            AccessToken = new SxtAccessToken(
                grant.AccessToken, grant.AccessTokenExpires < endsAt ? grant.AccessTokenExpires : endsAt),
            ExpiresAt = grant.AccessTokenExpires,
            EndsAt = endsAt,
            IsGrantedHere = true,
            RefreshToken = grant.RefreshToken is { } token ? new RefreshToken(token, grant.RefreshTokenExpires) : null,
        };
    }

    /// <summary>Marks that the session was logged out.</summary>
    /// <param name="generation">Its number.</param>
    /// <param name="now">The time.</param>
    /// <param name="expiresAt">Until when an instance can still hold an older token.</param>
    public static Session Tombstone(long generation, DateTimeOffset now, DateTimeOffset expiresAt) => new()
    {
        Generation = generation,
        GrantedAt = now,
        AccessToken = null,
        ExpiresAt = expiresAt,
        EndsAt = expiresAt,
    };

    public override string ToString() =>
        IsTombstone ? $"logged out in generation {Generation}" : $"generation {Generation}, usable until {UnusableFrom:O}";
}

/// <summary>
/// A token that the gateway calls dead, as long as it is not clear whether that is to be believed. A request that is sent
/// afterwards and accepted refutes it.
/// </summary>
internal sealed class TokenDoubt(long since)
{
    private volatile bool _isRefuted;

    /// <summary>The monotonic timestamp since when the token is doubted.</summary>
    public long Since => since;

    public bool IsRefuted => _isRefuted;

    public void Refute() => _isRefuted = true;
}
