namespace SxtAspNet.AzureKeyVault;

/// <summary>Checks what entries in vaults have in common. No value is quoted: it could be the secret itself, put into the wrong place.</summary>
internal static class EntryRules
{
    public static IEnumerable<string> CheckVault(string setting, Uri? vault)
    {
        if (vault is not { IsAbsoluteUri: true } uri || uri.Scheme != Uri.UriSchemeHttps)
        {
            yield return $"{setting}.VaultUri must be the vault's https URL, for example https://contoso.vault.azure.net.";
        }
        else if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            yield return $"{setting}.VaultUri must end with the host, for example https://contoso.vault.azure.net; "
                + "names and versions have settings of their own.";
        }
    }

    public static IEnumerable<string> CheckName(string setting, string member, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            yield return $"{setting}.{member} is missing; set it to the {(member == "Key" ? "key" : "secret")}'s name.";
        }
        else if (!VaultNames.IsName(name))
        {
            yield return $"{setting}.{member} must be a name in Key Vault: letters, digits and hyphens, 127 at most.";
        }
    }

    public static IEnumerable<string> CheckVersion(string setting, string? version)
    {
        if (!VaultNames.IsName(version))
        {
            yield return $"{setting}.Version must be a version's id: letters and digits; leave it out where it does not matter.";
        }
    }

    public static IEnumerable<string> CheckSignIn(string setting, string? managedIdentityClientId, string? tenantId, VaultSettings settings)
    {
        if (!VaultNames.IsName(managedIdentityClientId))
        {
            yield return $"{setting}.ManagedIdentityClientId must be the identity's client id, a GUID.";
        }

        if (!VaultNames.IsName(tenantId?.Replace('.', '-')))
        {
            yield return $"{setting}.TenantId must be the tenant's id, a GUID, or its domain.";
        }

        if (settings.Credential is not null && (managedIdentityClientId ?? tenantId) is not null)
        {
            yield return $"{setting} has ManagedIdentityClientId or TenantId, which have no effect beside the credential that was given to "
                + "AddAzureKeyVault; remove one of them.";
        }
    }
}
