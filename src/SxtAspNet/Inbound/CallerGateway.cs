namespace SxtAspNet.Inbound;

/// <summary>The gateway that issued the callers' tokens, and how it is reached.</summary>
internal sealed record CallerGateway(Uri Url, HttpMessageHandler? Backchannel)
{
    /// <summary>The URL with a slash at its end, without which a relative URL would replace its last segment.</summary>
    public Uri BaseUrl => Url.AbsolutePath.EndsWith('/') ? Url : new Uri(Url.AbsoluteUri + "/");
}
