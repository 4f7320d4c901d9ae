namespace SxtAspNet;

/// <summary>What a single request says about its token.</summary>
public static class SxtHttpRequestMessageExtensions
{
    private static readonly HttpRequestOptionsKey<bool> Skip = new("SxtAspNet.SkipAuthentication");
    private static readonly HttpRequestOptionsKey<bool> Replay = new("SxtAspNet.Replay");

    // A request allocates its options (104 bytes) when somebody looks at them, so nobody does before the first request of
    // this process skips its token.
    private static volatile bool _isAnySkipped;

    /// <summary>Sends the request without a token.</summary>
    /// <param name="request">The request, not yet sent.</param>
    /// <param name="skip"><see langword="false"/> takes it back.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SkipSxtAuthentication(this HttpRequestMessage request, bool skip = true)
    {
        ArgumentNullException.ThrowIfNull(request);
        _isAnySkipped |= skip;
        request.Options.Set(Skip, skip);
        return request;
    }

    /// <summary>
    /// Says whether the request can be sent again after a 401. <see langword="true"/>: its content is asked to write itself
    /// a second time, and its owner knows that this is right; no copy is made. <see langword="false"/>: it is never sent again.
    /// Without this, the bytes that were sent are sent again where they are known; see <see cref="SxtOptions.MaxReplayBufferSize"/>.
    /// </summary>
    /// <param name="request">The request, not yet sent.</param>
    /// <param name="allow">Whether it may be sent again.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage AllowSxtReplay(this HttpRequestMessage request, bool allow = true)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(Replay, allow);
        return request;
    }

    internal static bool SkipsSxtAuthentication(this HttpRequestMessage request) =>
        _isAnySkipped && request.Options.TryGetValue(Skip, out var skip) && skip;

    /// <returns><see langword="null"/>: the request does not say.</returns>
    internal static bool? AllowsSxtReplay(this HttpRequestMessage request) =>
        request.Options.TryGetValue(Replay, out var allow) ? allow : null;
}
