using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SxtAspNet.Inbound;

/// <summary>
/// What a token says of itself. Nobody has vouched for it until the gateway accepts the token: then all of it is the
/// gateway's own word, since the gateway signs it as a whole.
/// </summary>
internal sealed class TokenClaims
{
    private const string AccessType = "access";

    // Exactly the alphabet of a JWT: decoders are more generous (blanks, padding), and not all in the same way.
    private static readonly SearchValues<char> JwtCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private TokenClaims(TokenPayload payload, DateTimeOffset expiresAt, DateTimeOffset? notBefore, DateTimeOffset? issuedAt, DateTimeOffset? sessionEndsAt)
    {
        User = payload.User;
        Subscription = payload.Subscription;
        Session = payload.Session;
        UsableUntil = sessionEndsAt < expiresAt ? sessionEndsAt.Value : expiresAt;
        NotBefore = notBefore;
        IssuedAt = issuedAt;
    }

    public string? User { get; }

    public string? Subscription { get; }

    public string? Session { get; }

    /// <summary>The earlier of the token's expiry and its session's end.</summary>
    public DateTimeOffset UsableUntil { get; }

    public DateTimeOffset? NotBefore { get; }

    public DateTimeOffset? IssuedAt { get; }

    /// <summary>Reads the claims.</summary>
    /// <returns>The claims, or why the token is refused.</returns>
    public static (TokenClaims? Claims, SxtTokenRefusal Refusal) Read(ReadOnlySpan<char> token)
    {
        if (token.ContainsAnyExcept(JwtCharacters) || token.Count('.') != 2)
        {
            return (null, SxtTokenRefusal.MalformedToken);
        }

        var firstDot = token.IndexOf('.');
        var lastDot = token.LastIndexOf('.');
        if (lastDot == token.Length - 1
            || Decode(token[..firstDot], InboundJson.Default.TokenHeader) is not { } header
            || Decode(token[(firstDot + 1)..lastDot], InboundJson.Default.TokenPayload) is not { } payload)
        {
            return (null, SxtTokenRefusal.MalformedToken);
        }

        if (payload.Type != AccessType || (header.Type is not null && header.Type != AccessType))
        {
            return (null, SxtTokenRefusal.NotAnAccessToken);
        }

        return Instant(payload.Expires, 1_000) is not { } expiresAt
            || !TryInstant(payload.NotBefore, 1_000, out var notBefore)
            || !TryInstant(payload.IssuedAt, 1_000, out var issuedAt)
            || !TryInstant(payload.SessionExpires, 1, out var sessionEndsAt)
            ? (null, SxtTokenRefusal.MalformedToken)
            : (new TokenClaims(payload, expiresAt, notBefore, issuedAt, sessionEndsAt), default);
    }

    public override string ToString() => $"claims, usable until {UsableUntil:O}";

    private static T? Decode<T>(ReadOnlySpan<char> part, JsonTypeInfo<T> type)
        where T : class
    {
        if (!Base64Url.IsValid(part))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(part), type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryInstant(long? value, long milliseconds, out DateTimeOffset? instant)
    {
        instant = Instant(value, milliseconds);
        return instant is not null || value is null;
    }

    private static DateTimeOffset? Instant(long? value, long milliseconds) =>
        value >= 0 && value <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(value.Value * milliseconds)
            : null;
}

internal sealed record TokenHeader(string? Type);

internal sealed record TokenPayload(
    string? Type,
    string? User,
    string? Subscription,
    string? Session,
    [property: JsonPropertyName("exp")] long? Expires,
    [property: JsonPropertyName("nbf")] long? NotBefore,
    [property: JsonPropertyName("iat")] long? IssuedAt,
    [property: JsonPropertyName("ssn_exp")] long? SessionExpires);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenHeader))]
[JsonSerializable(typeof(TokenPayload))]
internal sealed partial class InboundJson : JsonSerializerContext;
