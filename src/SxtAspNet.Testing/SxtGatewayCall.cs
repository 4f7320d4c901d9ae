using System.Globalization;

namespace SxtAspNet.Testing;

/// <summary>
/// One call that reached the gateway, as it stood when the record was read. It holds no token, key or signature.
/// </summary>
public sealed class SxtGatewayCall
{
    internal SxtGatewayCall(SxtGatewayCalls.Entry entry)
    {
        Kind = entry.Kind;
        At = entry.At;
        CompletedAt = entry.CompletedAt;
        Method = entry.Method;
        Path = entry.Path;
        Status = entry.Status;
        UserId = entry.UserId;
        SessionId = entry.SessionId;
    }

    /// <summary>What the call asked for.</summary>
    public SxtGatewayCallKind Kind { get; }

    /// <summary>
    /// When the call arrived, on the emulator's <see cref="TimeProvider"/> (not on the gateway's clock).
    /// </summary>
    public DateTimeOffset At { get; }

    /// <summary>
    /// When the call was answered or its connection dropped, on the emulator's <see cref="TimeProvider"/>;
    /// <see langword="null"/> while it is under way.
    /// </summary>
    public DateTimeOffset? CompletedAt { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path as it was requested, without the query.</summary>
    public string Path { get; }

    /// <summary>
    /// The status code of the answer; <see langword="null"/> when the caller got none: the connection was dropped, the
    /// caller gave up, or the call is still under way.
    /// </summary>
    public int? Status { get; }

    /// <summary>
    /// The user that the call named or whose token it carried; <see langword="null"/> when there is none.
    /// </summary>
    public string? UserId { get; }

    /// <summary>
    /// The session whose token the call carried, or that a login started; <see langword="null"/> when there is none.
    /// It is the <c>session</c> claim of the tokens, which stays the same through refreshes.
    /// </summary>
    public string? SessionId { get; }

    /// <summary>Names the call and its outcome in a test's message; never a token.</summary>
    public override string ToString()
    {
        string outcome = Status is { } status
            ? status.ToString(CultureInfo.InvariantCulture)
            : CompletedAt is null ? "under way" : "no answer";
        return $"{At:O} {Kind} {Method} {Path} user={UserId ?? "?"}: {outcome}";
    }
}
