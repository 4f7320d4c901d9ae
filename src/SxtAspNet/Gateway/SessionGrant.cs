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

    /// <summary>Reads the answer of a login or a refresh; the clock learns from its instants before they are held against it.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.BadAnswer"/>: a token or an instant is missing or malformed.
    /// </exception>
    public static SessionGrant Read(GatewayAnswer answer, GatewayClock clock)
    {
        var session = answer.Read(GatewayJson.Default.SessionAnswer);
        if (!IsToken(session.AccessToken) || !IsToken(session.RefreshToken))
        {
            throw answer.BadAnswer("a session without a usable access or refresh token");
        }

        var accessTokenExpires = Instant(session.AccessTokenExpires) ?? throw answer.BadAnswer("no usable accessTokenExpires");
        var refreshTokenExpires = Instant(session.RefreshTokenExpires) ?? throw answer.BadAnswer("no usable refreshTokenExpires");
        var claims = TokenParts.Read(session.AccessToken)?.Payload;
        clock.Observe(TokenParts.Instant(claims?.IssuedAt, 1_000), accessTokenExpires, answer.SentAt);
        return new SessionGrant
        {
            RequestedAt = clock.ToInstant(answer.SentAt),
            AccessToken = session.AccessToken!,
            RefreshToken = session.RefreshToken!,
            AccessTokenExpires = accessTokenExpires,
            RefreshTokenExpires = refreshTokenExpires,
            SessionExpires = Instant(session.SessionExpires) ?? Instant(claims?.SessionExpires),
        };
    }

    public override string ToString() => $"grant (access token until {AccessTokenExpires:O})";

    private static bool IsToken(string? token) =>
        !string.IsNullOrEmpty(token) && !token.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static DateTimeOffset? Instant(long? milliseconds) => milliseconds > 0 ? TokenParts.Instant(milliseconds, 1) : null;
}
