using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>Who a session belongs to, and where its token may go: fixed from the first use until a restart.</summary>
internal sealed class SessionIdentity
{
    public SessionIdentity(string name, SxtOptions options)
    {
        Name = name;
        UserId = options.UserId;
        User = new GatewayUser(UserId);
        GatewayUrl = options.GatewayUrl;
        ProxyUrl = options.ProxyUrl;
        BaseUrl = SxtAspNet.BaseUrl.Of(GatewayUrl);
        AllowedOrigins = [.. options.AllowedOrigins];
        Origins = [Origin.Of(GatewayUrl), .. AllowedOrigins.Select(Origin.Of)];
    }

    /// <summary>The name that it is registered under; empty for the default one.</summary>
    public string Name { get; }

    /// <summary>The configured user id; empty when the keys tell it. What instances share hangs on this one.</summary>
    public string UserId { get; }

    /// <summary>The user, as far as known: the configured one, or whom the first token names.</summary>
    public GatewayUser User { get; }

    public Uri GatewayUrl { get; }

    public Uri ProxyUrl { get; }

    /// <summary>The gateway's URL with a slash at its end, without which a relative URL would replace its last segment.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Where the token may go: the gateway's origin, and those that the settings add.</summary>
    public Origin[] Origins { get; }

    private Uri[] AllowedOrigins { get; }

    /// <summary>Whether settings are of the same user at the same gateway.</summary>
    public bool IsOf(SxtOptions options) =>
        options.UserId == UserId && options.GatewayUrl == GatewayUrl && options.ProxyUrl == ProxyUrl;

    public bool HasOriginsOf(SxtOptions options) => options.AllowedOrigins.SequenceEqual(AllowedOrigins);
}

/// <summary>Scheme, host and port.</summary>
internal readonly record struct Origin(string Scheme, string Host, int Port)
{
    public static Origin Of(Uri uri) => new(uri.Scheme, uri.IdnHost, uri.Port);

    public override string ToString() => $"{Scheme}://{Host}:{Port}";
}
