using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// Whether a secret may be used now. The vault hands a secret out before its "nbf" and after its "exp": to it, both are for
/// information only (Azure's documentation, "About secrets").
/// </summary>
internal static class SecretValidity
{
    /// <returns><see langword="null"/> when it may be used.</returns>
    public static string? Problem(SecretProperties secret, DateTimeOffset now)
    {
        if (secret.Enabled is false)
        {
            return "is disabled. Enable it, or make a new version.";
        }

        if (secret.NotBefore is { } notBefore && now < notBefore)
        {
            return $"is not valid yet: its activation date (nbf) is {notBefore:u}, and it is {now:u}. Wait, or change the date.";
        }

        if (secret.ExpiresOn is { } expires && now >= expires)
        {
            return $"has expired: its expiration date (exp) is {expires:u}, and it is {now:u}. Make a new version, or change the date.";
        }

        return null;
    }
}
