using System.Text;

namespace SxtAspNet.Inbound;

/// <summary>Writes WWW-Authenticate headers (RFC 6750, section 3).</summary>
internal static class BearerChallenge
{
    public const string InvalidRequest = "invalid_request";
    public const string InvalidToken = "invalid_token";
    public const string InsufficientScope = "insufficient_scope";

    public static string Write(string realm, string? error = null, string? description = null, string? uri = null)
    {
        var header = new StringBuilder("Bearer realm=\"");
        AppendText(header, realm);
        header.Append('"');
        Append(header, "error", error);
        Append(header, "error_description", description);
        Append(header, "error_uri", uri);
        return header.ToString();
    }

    private static void Append(StringBuilder header, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            header.Append(", ").Append(name).Append("=\"");
            AppendText(header, value);
            header.Append('"');
        }
    }

    /// <summary>Appends what the RFC allows in a parameter, and a blank for the rest: an app's text may hold anything.</summary>
    private static void AppendText(StringBuilder header, string text)
    {
        foreach (var character in text)
        {
            header.Append(character is >= ' ' and <= '~' and not '"' and not '\\' ? character : ' ');
        }
    }
}
