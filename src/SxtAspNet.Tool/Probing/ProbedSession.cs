using System.Text.Json;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tool.Probing;

/// <summary>What a login or a refresh gave the probe.</summary>
internal sealed class ProbedSession
{
    private readonly TokenPayload? _claims;

    private ProbedSession(ProbeAnswer answer, string accessToken, string refreshToken)
    {
        Answer = answer;
        AccessToken = accessToken;
        RefreshToken = refreshToken;
        _claims = TokenParts.Read(accessToken)?.Payload;
        AccessTokenExpires = Instant("accessTokenExpires");
        RefreshTokenExpires = Instant("refreshTokenExpires");
        SentEnd = Instant("sessionExpires");
    }

    public ProbeAnswer Answer { get; }

    public string AccessToken { get; }

    public string RefreshToken { get; }

    public DateTimeOffset? AccessTokenExpires { get; }

    public DateTimeOffset? RefreshTokenExpires { get; }

    /// <summary>The end of the session as the answer tells it itself.</summary>
    public DateTimeOffset? SentEnd { get; }

    public DateTimeOffset? End => SentEnd ?? TokenParts.Instant(_claims?.SessionExpires, 1);

    /// <summary>When the tokens were issued, on the gateway's clock and to the second.</summary>
    public DateTimeOffset? IssuedAt => TokenParts.Instant(_claims?.IssuedAt, 1_000) ?? Answer.Date;

    /// <summary>How long it is from the issue to an instant; both are cut to seconds, as the tokens' own are.</summary>
    public TimeSpan? Until(DateTimeOffset? instant) => instant is { } end && IssuedAt is { } start
        ? TimeSpan.FromSeconds(end.ToUnixTimeSeconds() - start.ToUnixTimeSeconds())
        : null;

    /// <returns><see langword="null"/>: the answer is no session.</returns>
    public static ProbedSession? Read(ProbeAnswer answer) =>
        answer.IsSuccess && Text(answer, "accessToken") is { } access && Text(answer, "refreshToken") is { } refresh
            ? new ProbedSession(answer, access, refresh)
            : null;

    public override string ToString() => "session of a probe";

    private static string? Text(ProbeAnswer answer, string member) =>
        answer.Members.TryGetValue(member, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? text
            : null;

    private DateTimeOffset? Instant(string member) =>
        Answer.Members.TryGetValue(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var milliseconds)
            ? TokenParts.Instant(milliseconds, 1)
            : null;
}
