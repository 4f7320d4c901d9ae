namespace SxtAspNet.Inbound;

/// <summary>The gateway that issued the callers' tokens, and how it is reached.</summary>
internal sealed record CallerGateway(Uri Url, HttpMessageHandler? Backchannel)
{
    public Uri BaseUrl => SxtAspNet.BaseUrl.Of(Url);
}
