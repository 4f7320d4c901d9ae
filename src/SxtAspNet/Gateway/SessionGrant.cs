using System.Buffers.Text;
using System.Text.Json;

namespace SxtAspNet.Gateway;

/// <summary>What a login or a refresh returns. All instants are on the gateway's clock.</summary>
/// <remarks>A class, not a record: a record's <c>ToString</c> would print the tokens.</remarks>
internal sealed class SessionGrant
{
    /// <summary>When it was asked for: a process that pauses before it reads the answer doesn't make the grant newer.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    public required string AccessToken { get; init; }

    public required string RefreshToken { get; init; }

    public required DateTimeOffset AccessTokenExpires { get; init; }

    public required DateTimeOffset RefreshTokenExpires { get; init; }

    /// <summary>The end of the 24-hour session, where the gateway told it.</summary>
    public required DateTimeOffset? SessionExpires { get; init; }

    /// <summary>Reads the answer of a login or a refresh.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.BadAnswer"/>: a token or an instant is missing or malformed.
    /// </exception>
    public static SessionGrant Read(GatewayAnswer answer)
    {
        var session = answer.Read(GatewayJson.Default.SessionAnswer);
        if (!IsToken(session.AccessToken) || !IsToken(session.RefreshToken))
        {
            throw answer.BadAnswer("a session without a usable access or refresh token");
        }

        return new SessionGrant
        {
            RequestedAt = answer.RequestedAt,
            AccessToken = session.AccessToken!,
            RefreshToken = session.RefreshToken!,
            AccessTokenExpires = Instant(session.AccessTokenExpires) ?? throw answer.BadAnswer("no usable accessTokenExpires"),
            RefreshTokenExpires = Instant(session.RefreshTokenExpires) ?? throw answer.BadAnswer("no usable refreshTokenExpires"),
            SessionExpires = Instant(session.SessionExpires) ?? Instant(ReadClaims(session.AccessToken!)?.SessionExpires),
        };
    }

    public override string ToString() => $"grant (access token until {AccessTokenExpires:O})";

    private static bool IsToken(string? token) =>
        !string.IsNullOrEmpty(token) && !token.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static DateTimeOffset? Instant(long? milliseconds) =>
        milliseconds > 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value)
            : null;

    /// <summary>The claims of an access token, as hints only: the gateway's signing keys are not published.</summary>
    private static AccessTokenClaims? ReadClaims(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(parts[1]), GatewayJson.Default.AccessTokenClaims);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
