using System.Diagnostics.CodeAnalysis;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>The origins that the token may go to; the first is the gateway.</summary>
internal sealed class TokenOrigins(Origin[] origins)
{
    /// <summary>How the gateway's URLs usually begin, up to the slash behind its name.</summary>
    private readonly string _gatewayText = TextOf(origins[0]);

    /// <summary>Origins that requests went to without a token.</summary>
    public FirstSightings Refused { get; } = new();

    /// <summary>Origins that requests were turned to, which lost their token.</summary>
    public FirstSightings Withdrawn { get; } = new();

    /// <summary>Whether a request, as it is now, may carry the token.</summary>
    public bool Allow(HttpRequestMessage request) => Contains(request.RequestUri) && !HasForeignHost(request, out _);

    /// <summary>Whether a token may go to a URL, unless the request names another host.</summary>
    public bool Contains(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true })
        {
            return false;
        }

        if (BeginsLikeGateway(uri))
        {
            return true;
        }

        foreach (var origin in origins)
        {
            if (Is(uri, origin))
            {
                return true;
            }
        }

        return false;
    }

    public bool IsGateway(Uri? uri) => uri is { IsAbsoluteUri: true } && (BeginsLikeGateway(uri) || Is(uri, origins[0]));

    /// <summary>
    /// Whether a Host header names another host than the URL does. Proxies and CDNs route by that name, so the request may
    /// end at another origin. The text is compared as it will be sent, valid or not.
    /// </summary>
    public static bool IsForeignHost(Uri uri, string host)
    {
        return !Names(uri.Host) && !(uri.HostNameType == UriHostNameType.Dns && Names(uri.IdnHost));

        bool Names(string name) =>
            host.Equals($"{name}:{uri.Port}", StringComparison.OrdinalIgnoreCase)
            || (uri.IsDefaultPort && host.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Where a request goes, for the log.</summary>
    /// <returns><see langword="null"/>: nowhere yet; sending it will fail.</returns>
    public static string? Describe(HttpRequestMessage request)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            return null;
        }

        var origin = uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        return HasForeignHost(request, out var host) ? $"{origin} with the Host header '{host}'" : origin;
    }

    /// <summary>
    /// Whether a URL's text begins like the gateway's: the first slash behind the scheme ends the origin, so nothing that
    /// follows changes it. Half of what the parts of the URL cost, also for one that was made a moment ago from a relative
    /// one. Other ways to write the same origin are left to the parts.
    /// </summary>
    private bool BeginsLikeGateway(Uri uri) => uri.OriginalString.AsSpan().StartsWith(_gatewayText, StringComparison.Ordinal);

    private static string TextOf(Origin origin) =>
        new UriBuilder(origin.Scheme, origin.Host, origin.Port).Uri.GetLeftPart(UriPartial.Authority) + "/";

    // Without a string for the whole origin. IdnHost is what the connection pool asks for too, so it is computed once.
    private static bool Is(Uri uri, Origin origin) =>
        uri.Port == origin.Port && uri.Scheme == origin.Scheme && uri.IdnHost == origin.Host;

    private static bool HasForeignHost(HttpRequestMessage request, [NotNullWhen(true)] out string? host)
    {
        var headers = request.Headers.NonValidated;
        host = headers.Count == 0 ? null : RoutingHeaders.Read(headers).Host;
        host = host is not null && IsForeignHost(request.RequestUri!, host) ? host : null;
        return host is not null;
    }
}
