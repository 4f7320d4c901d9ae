using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// Whether a secret may be used now. The vault hands a secret out before its "nbf" and after its "exp": to it, both are for
/// information only (Azure's documentation, "About secrets").
/// </summary>
internal static class SecretValidity
{
    /// <remarks>Without the time now: a log that says each problem once would take the same one for another each time.</remarks>
    /// <returns><see langword="null"/> when it may be used.</returns>
    public static string? Problem(VaultSecret secret, SecretProperties properties, DateTimeOffset now)
    {
        if (properties.Enabled is false)
        {
            return $"is disabled. {secret.Advise("enable it")}.";
        }

        if (properties.NotBefore is { } notBefore && now < notBefore)
        {
            return $"is not valid yet: its activation date (nbf) is {notBefore:u}. Wait, or change the date.";
        }

        if (properties.ExpiresOn is { } expires && now >= expires)
        {
            return $"has expired: its expiration date (exp) is {expires:u}. {secret.Advise("change the date")}.";
        }

        return null;
    }
}
