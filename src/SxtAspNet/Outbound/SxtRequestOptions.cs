namespace SxtAspNet;

/// <summary>Options of a single request, for <see cref="HttpRequestMessage.Options"/>.</summary>
public static class SxtRequestOptions
{
    private static readonly HttpRequestOptionsKey<bool> SkipAuthenticationKey = new("SxtAspNet.SkipAuthentication");
    private static volatile bool _isSkipUsed;

    /// <summary>Sends the request without a token.</summary>
    public static HttpRequestOptionsKey<bool> SkipAuthentication
    {
        get
        {
            _isSkipUsed = true;
            return SkipAuthenticationKey;
        }
    }

    /// <summary>
    /// Says whether the request can be sent again after a 401, where its content doesn't tell: a stream can't be
    /// read twice, unless its owner knows that it can; and <see langword="false"/> forbids it for any content.
    /// </summary>
    public static HttpRequestOptionsKey<bool> Replayable { get; } = new("SxtAspNet.Replayable");

    // A request allocates its options (104 bytes) when they are first looked at, so nobody looks as long as nobody
    // in this process has got hold of the key.
    internal static bool IsSkipped(HttpRequestMessage request) =>
        _isSkipUsed && request.Options.TryGetValue(SkipAuthenticationKey, out var skip) && skip;
}
