namespace SxtAspNet;

/// <summary>Where Space and Time's network is.</summary>
public static class SxtDefaults
{
    /// <summary>
    /// Base URL of the production gateway, which is the default of <see cref="SxtOptions.GatewayUrl"/>. Documented at
    /// docs.makeinfinite.com.
    /// </summary>
    public const string GatewayUrl = "https://api.makeinfinite.dev";

    /// <summary>Where it was before. Whether that name still answers is not known.</summary>
    internal const string FormerGatewayUrl = "https://api.spaceandtime.app";

    /// <summary>For errors about a gateway that can't be found.</summary>
    internal const string BothGateways = $"Space and Time's gateway is {GatewayUrl}; before, it was {FormerGatewayUrl}";

    internal static bool IsFormerGateway(Uri url) =>
        url.IsAbsoluteUri && url.IdnHost.Equals(new Uri(FormerGatewayUrl).IdnHost, StringComparison.OrdinalIgnoreCase);
}
