namespace SxtAspNet.Gateway;

/// <summary>Who a call goes to, for messages.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Setting">The setting that says where it is.</param>
internal sealed record CallHost(string Name, string Setting)
{
    public static readonly CallHost Gateway = new("gateway", nameof(SxtOptions.GatewayUrl));

    public static readonly CallHost Proxy = new("Space and Time proxy", nameof(SxtOptions.ProxyUrl));
}
