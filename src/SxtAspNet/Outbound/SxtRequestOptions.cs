namespace SxtAspNet;

/// <summary>Options of a single request, for <see cref="HttpRequestMessage.Options"/>.</summary>
public static class SxtRequestOptions
{
    /// <summary>Sends the request without a token.</summary>
    public static readonly HttpRequestOptionsKey<bool> SkipAuthentication = new("SxtAspNet.SkipAuthentication");

    /// <summary>
    /// Says whether the request can be sent again after a 401, where its content doesn't tell: a stream can't be
    /// read twice, unless its owner knows that it can; and <see langword="false"/> forbids it for any content.
    /// </summary>
    public static readonly HttpRequestOptionsKey<bool> Replayable = new("SxtAspNet.Replayable");
}
