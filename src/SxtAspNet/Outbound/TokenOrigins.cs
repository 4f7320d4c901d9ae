using System.Collections.Concurrent;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>The origins that the token may go to; the first is the gateway.</summary>
internal sealed class TokenOrigins(Origin[] origins)
{
    private const int MostReports = 100;

    private readonly ConcurrentDictionary<Origin, bool> _refused = [];

    public bool Contains(Uri? uri)
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

    public bool IsGateway(Uri? uri) => uri is { IsAbsoluteUri: true } && Is(uri, origins[0]);

    /// <summary>Whether this is the first request to an origin that the token may not go to.</summary>
    public bool IsFirstRefusal(Uri? uri) =>
        uri is { IsAbsoluteUri: true } && _refused.Count < MostReports && _refused.TryAdd(Origin.Of(uri), true);

    // Without a string for the whole origin. IdnHost is what the connection pool asks for too, so it is computed once.
    private static bool Is(Uri uri, Origin origin) =>
        uri.Port == origin.Port && uri.Scheme == origin.Scheme && uri.IdnHost == origin.Host;
}
