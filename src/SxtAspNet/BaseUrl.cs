namespace SxtAspNet;

/// <summary>The URL that a gateway's calls are relative to.</summary>
internal static class BaseUrl
{
    /// <summary>The URL with a slash at its end, without which a relative URL would replace its last segment.</summary>
    public static Uri Of(Uri gatewayUrl) =>
        gatewayUrl.AbsolutePath.EndsWith('/') ? gatewayUrl : new Uri(gatewayUrl.AbsoluteUri + "/");
}
