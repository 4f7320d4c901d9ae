namespace SxtAspNet.Gateway;

/// <summary>What a login, a refresh or the exchange of an API key returns. All instants are on the gateway's clock.</summary>
/// <remarks>A class, not a record: a record's <c>ToString</c> would print the tokens.</remarks>
internal sealed class SessionGrant
{
    /// <summary>When it was asked for: a process that pauses before it reads the answer doesn't make the grant newer.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    public required string AccessToken { get; init; }

    /// <summary><see langword="null"/>: there is none, as after the exchange of an API key.</summary>
    public string? RefreshToken { get; init; }

    public required DateTimeOffset AccessTokenExpires { get; init; }

    public DateTimeOffset RefreshTokenExpires { get; init; }

    /// <summary>Whose access token it is, as it says itself.</summary>
    public string? UserId { get; init; }

    /// <summary>The end of the 24-hour session, where the gateway's answer told it.</summary>
    public required DateTimeOffset? SessionExpires { get; init; }

    /// <summary>The end of the session, where the access token tells it.</summary>
    public DateTimeOffset? TokenSessionExpires { get; init; }

    /// <summary>Reads the answer of a login or a refresh; the clock learns from its instants before they are held against it.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.BadAnswer"/>: a token or an instant is missing or malformed.
    /// </exception>
    public static SessionGrant Read(GatewayAnswer answer, GatewayClock clock) => Read(answer, clock, hasRefreshToken: true);

    /// <summary>Reads the answer to an API key: it has no refresh token, and one that is there is not used.</summary>
    /// <exception cref="SxtAuthenticationException">As <see cref="Read(GatewayAnswer, GatewayClock)"/>.</exception>
    public static SessionGrant ReadExchange(GatewayAnswer answer, GatewayClock clock) => Read(answer, clock, hasRefreshToken: false);

    private static SessionGrant Read(GatewayAnswer answer, GatewayClock clock, bool hasRefreshToken)
    {
        var session = answer.Read(GatewayJson.Default.SessionAnswer);
        if (!IsToken(session.AccessToken) || (hasRefreshToken && !IsToken(session.RefreshToken)))
        {
            throw answer.BadAnswer(hasRefreshToken ? "a session without a usable access or refresh token" : "no usable access token");
        }

        var accessTokenExpires = Instant(session.AccessTokenExpires) ?? throw answer.BadAnswer("no usable accessTokenExpires");
        var refreshTokenExpires = !hasRefreshToken ? default
            : Instant(session.RefreshTokenExpires) ?? throw answer.BadAnswer("no usable refreshTokenExpires");
        var claims = TokenParts.Read(session.AccessToken)?.Payload;
        clock.Observe(TokenParts.Instant(claims?.IssuedAt, 1_000), accessTokenExpires, answer.SentAt);
        return new SessionGrant
        {
            RequestedAt = clock.ToInstant(answer.SentAt),
            AccessToken = session.AccessToken!,
            RefreshToken = hasRefreshToken ? session.RefreshToken : null,
            AccessTokenExpires = accessTokenExpires,
            RefreshTokenExpires = refreshTokenExpires,
            UserId = claims?.User,
            SessionExpires = Instant(session.SessionExpires),
            TokenSessionExpires = Instant(claims?.SessionExpires),
        };
    }

    /// <summary>The end of the session, where the gateway told one that can be: after the grant. In seconds, say, it would be in 1970.</summary>
    public DateTimeOffset? SessionEnd(DateTimeOffset grantedAt) =>
        SessionExpires > grantedAt ? SessionExpires
        : TokenSessionExpires > grantedAt ? TokenSessionExpires
        : null;

    public override string ToString() => $"grant (access token until {AccessTokenExpires:O})";

    private static bool IsToken(string? token) =>
        !string.IsNullOrEmpty(token) && !token.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static DateTimeOffset? Instant(long? milliseconds) => milliseconds > 0 ? TokenParts.Instant(milliseconds, 1) : null;
}
