using System.Net.Http.Headers;

namespace SxtAspNet.Outbound;

/// <summary>The headers that decide where a token goes: one that is there already, and the host that the request names.</summary>
internal static class RoutingHeaders
{
    public const string Authorization = "Authorization";
    public const string Host = "Host";

    /// <summary>
    /// Reads both as they will be sent, valid or not. To search for one costs as much as to go through the few headers that
    /// there usually are, so they are gone through once.
    /// </summary>
    public static (string? Authorization, string? Host) Read(HttpHeadersNonValidated headers)
    {
        string? authorization = null;
        string? host = null;
        foreach (var (name, values) in headers)
        {
            if (Is(name, Authorization))
            {
                authorization = values.ToString();
            }
            else if (Is(name, Host))
            {
                host = values.ToString();
            }
        }

        return (authorization, host);
    }

    private static bool Is(string name, string other) =>
        name.Length == other.Length && name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
