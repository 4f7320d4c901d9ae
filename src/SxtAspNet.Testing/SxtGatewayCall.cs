namespace SxtAspNet.Testing;

/// <summary>
/// One call that reached the gateway, as it stood when the record was read. It holds no token, key or signature.
/// </summary>
public sealed class SxtGatewayCall
{
    internal SxtGatewayCall()
    {
    }

    /// <summary>What the call asked for.</summary>
    public required SxtGatewayCallKind Kind { get; init; }

    /// <summary>When the call arrived, on the emulator's <see cref="TimeProvider"/> (not on the gateway's clock).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// When the call was answered or its connection dropped, on the emulator's <see cref="TimeProvider"/>;
    /// <see langword="null"/> while it is under way.
    /// </summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>The path as it was requested, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The status code of the answer; <see langword="null"/> when the caller got none: the connection was dropped, the
    /// caller gave up, or the call is still under way.
    /// </summary>
    public int? Status { get; init; }

    /// <summary>The user that the call named or whose token it carried; <see langword="null"/> when there is none.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// The session whose token the call carried, or that a login started; <see langword="null"/> when there is none.
    /// It is the <c>session</c> claim of the tokens, which stays the same through refreshes.
    /// </summary>
    public string? SessionId { get; init; }

    /// <summary>Names the call and its outcome in a test's message; never a token.</summary>
    public override string ToString()
    {
        string outcome = Status is { } status
            ? status.ToString(System.Globalization.CultureInfo.InvariantCulture)
            : CompletedAt is null ? "under way" : "no answer";
        return $"{At:O} {Kind} {Method} {Path} user={UserId ?? "?"}: {outcome}";
    }
}
