using SxtAspNet.Gateway;

namespace SxtAspNet.Inbound;

/// <summary>
/// What a token says of itself. Nobody has vouched for it until the gateway accepts the token: then all of it is the
/// gateway's own word, since the gateway signs it as a whole.
/// </summary>
internal sealed class TokenClaims
{
    private const string AccessType = "access";

    private TokenClaims(TokenPayload payload, DateTimeOffset expiresAt, DateTimeOffset? notBefore, DateTimeOffset? issuedAt, DateTimeOffset? sessionEndsAt)
    {
        User = payload.User;
        Subscription = payload.Subscription;
        Session = payload.Session;
        UsableUntil = sessionEndsAt < expiresAt && !(sessionEndsAt <= (issuedAt ?? notBefore)) ? sessionEndsAt.Value : expiresAt;
        NotBefore = notBefore;
        IssuedAt = issuedAt;
    }

    public string? User { get; }

    public string? Subscription { get; }

    public string? Session { get; }

    /// <summary>The earlier of the token's expiry and its session's end, where it tells one that can be: after the token was issued.</summary>
    public DateTimeOffset UsableUntil { get; }

    public DateTimeOffset? NotBefore { get; }

    public DateTimeOffset? IssuedAt { get; }

    /// <summary>Reads the claims.</summary>
    /// <returns>The claims, or why the token is refused.</returns>
    public static (TokenClaims? Claims, SxtTokenRefusal Refusal) Read(ReadOnlySpan<char> token)
    {
        if (TokenParts.Read(token) is not var (header, payload))
        {
            return (null, SxtTokenRefusal.MalformedToken);
        }

        if (payload.Type != AccessType || (header.Type is not null && header.Type != AccessType))
        {
            return (null, SxtTokenRefusal.NotAnAccessToken);
        }

        return TokenParts.Instant(payload.Expires, 1_000) is not { } expiresAt
            || !TryInstant(payload.NotBefore, 1_000, out var notBefore)
            || !TryInstant(payload.IssuedAt, 1_000, out var issuedAt)
            ? (null, SxtTokenRefusal.MalformedToken)
            : (new TokenClaims(payload, expiresAt, notBefore, issuedAt, TokenParts.Instant(payload.SessionExpires, 1)), default);
    }

    public override string ToString() => $"claims, usable until {UsableUntil:O}";

    private static bool TryInstant(long? value, long milliseconds, out DateTimeOffset? instant)
    {
        instant = TokenParts.Instant(value, milliseconds);
        return instant is not null || value is null;
    }
}
