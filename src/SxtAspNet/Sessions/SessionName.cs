using System.Security.Cryptography;
using System.Text;

namespace SxtAspNet.Sessions;

/// <summary>
/// The base name of everything that instances share for one identity. Instances with the same record format,
/// gateway, user and prefix share deliberately; all others never do.
/// </summary>
internal static class SessionName
{
    /// <summary>What the lock's name adds to the base name.</summary>
    public const string Lock = ":lock";

    /// <summary>What the name of the notices' channel adds.</summary>
    public const string Notices = ":notices";

    public static string Create(string prefix, Uri gatewayUrl, string userId)
    {
        var identity = $"{SessionRecord.FormatVersion}\n{gatewayUrl.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}\n{userId}";
        return prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
    }
}
