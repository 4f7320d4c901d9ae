using System.Diagnostics.CodeAnalysis;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>The origins that the token may go to; the first is the gateway.</summary>
internal sealed class TokenOrigins(Origin[] origins)
{
    private const string Host = "Host";

    /// <summary>Origins that requests went to without a token.</summary>
    public FirstSightings Refused { get; } = new();

    /// <summary>Origins that requests were turned to, which lost their token.</summary>
    public FirstSightings Withdrawn { get; } = new();

    /// <summary>Whether a request, as it is now, may carry the token.</summary>
    public bool Allow(HttpRequestMessage request) => Contains(request.RequestUri) && !HasForeignHost(request, out _);

    public bool IsGateway(Uri? uri) => uri is { IsAbsoluteUri: true } && Is(uri, origins[0]);

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

    private bool Contains(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true })
        {
            return false;
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

    // Without a string for the whole origin. IdnHost is what the connection pool asks for too, so it is computed once.
    private static bool Is(Uri uri, Origin origin) =>
        uri.Port == origin.Port && uri.Scheme == origin.Scheme && uri.IdnHost == origin.Host;

    /// <summary>
    /// Whether the request names another host than its URI does. Proxies and CDNs route by that name, so the request may
    /// end at another origin. The text is looked at as it will be sent, valid or not.
    /// </summary>
    private static bool HasForeignHost(HttpRequestMessage request, [NotNullWhen(true)] out string? host)
    {
        var headers = request.Headers.NonValidated;
        if (headers.Count == 0 || !headers.TryGetValues(Host, out var values))
        {
            host = null;
            return false;
        }

        var (uri, value) = (request.RequestUri!, values.ToString());
        var isSame = Names(uri.Host) || (uri.HostNameType == UriHostNameType.Dns && Names(uri.IdnHost));
        host = isSame ? null : value;
        return !isSame;

        bool Names(string name) =>
            value.Equals($"{name}:{uri.Port}", StringComparison.OrdinalIgnoreCase)
            || (uri.IsDefaultPort && value.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
