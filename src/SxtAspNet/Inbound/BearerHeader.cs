using Microsoft.Extensions.Primitives;

namespace SxtAspNet.Inbound;

/// <summary>Reads the Authorization header: "Bearer", blanks, a token (RFC 6750, section 2.1).</summary>
internal static class BearerHeader
{
    private const string Scheme = "Bearer";

    /// <summary>Looks for a token.</summary>
    /// <param name="values">The values of the header.</param>
    /// <param name="token">The token that was found.</param>
    /// <param name="refusal">Why there is no token although the header is meant for this scheme.</param>
    public static bool TryRead(StringValues values, out PresentedToken token, out SxtTokenRefusal? refusal)
    {
        token = default;
        refusal = null;
        if (values.Count != 1)
        {
            // Which of several credentials is meant is nothing to guess at.
            refusal = values.Count > 1 && values.Any(IsOurs) ? SxtTokenRefusal.MalformedHeader : null;
            return false;
        }

        if (values[0] is not { } header || !IsOurs(header))
        {
            return false;
        }

        var rest = header.AsSpan(Scheme.Length);
        var found = rest.Trim(' ');
        if (found.IsEmpty || found.IndexOfAny(' ', ',', '\t') >= 0)
        {
            refusal = SxtTokenRefusal.MalformedHeader;
            return false;
        }

        var blanks = rest.Length - rest.TrimStart(' ').Length;
        token = new PresentedToken(header, Scheme.Length + blanks, found.Length);
        return true;
    }

    private static bool IsOurs(string? value) =>
        value is not null
        && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && (value.Length == Scheme.Length || value[Scheme.Length] == ' ');
}
