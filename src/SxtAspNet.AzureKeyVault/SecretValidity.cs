using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// Whether a secret may be used now. The vault hands a secret out before its "nbf" and after its "exp": to it, both are for
/// information only (Azure's documentation, "About secrets").
/// </summary>
internal static class SecretValidity
{
    /// <returns><see langword="null"/> when it may be used.</returns>
    /// <param name="secret">The version.</param>
    /// <param name="now">The time now.</param>
    /// <param name="isPrevious">Whether it is the version before the one in use, which a new version would not mend.</param>
    public static string? Problem(SecretProperties secret, DateTimeOffset now, bool isPrevious)
    {
        if (secret.Enabled is false)
        {
            return $"is disabled. {(isPrevious ? WaitForRenewal("enable it") : "Enable it, or make a new version.")}";
        }

        if (secret.NotBefore is { } notBefore && now < notBefore)
        {
            return $"is not valid yet: its activation date (nbf) is {notBefore:u}, and it is {now:u}. Wait, or change the date.";
        }

        if (secret.ExpiresOn is { } expires && now >= expires)
        {
            return $"has expired: its expiration date (exp) is {expires:u}, and it is {now:u}. "
                + (isPrevious ? WaitForRenewal("change the date") : "Make a new version, or change the date.");
        }

        return null;
    }

    private static string WaitForRenewal(string mend) =>
        $"It is the version before the one in use: the next renewal seals with the new one; to open what is sealed with this one until then, {mend}.";
}
