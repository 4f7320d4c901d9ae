namespace SxtAspNet;

/// <summary>
/// Names the RSA key in Azure Key Vault that unwraps the key in a <see cref="SxtKeyOptions.File"/>, which
/// <c>dotnet sxt key wrap</c> made. The file alone is worthless, and each login leaves a line in the vault's audit log.
/// </summary>
public sealed class SxtUnwrapWithOptions
{
    /// <summary>The vault, for example https://contoso.vault.azure.net. The file must name the same.</summary>
    public Uri? VaultUri { get; set; }

    /// <summary>The RSA key's name. The file must name the same.</summary>
    public string? Key { get; set; }

    /// <summary>The only version to accept; when not set, the one that the file names.</summary>
    public string? Version { get; set; }

    /// <summary>The client id of the user-assigned managed identity to sign in to the vault with, where an app has several.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>The Microsoft Entra tenant to sign in to the vault in; the credential's own when not set.</summary>
    public string? TenantId { get; set; }
}
