namespace SxtAspNet;

/// <summary>Names a secret in Azure Key Vault that holds a signing key.</summary>
public sealed class SxtAzureKeyVaultKeyOptions
{
    /// <summary>The vault, for example https://contoso.vault.azure.net.</summary>
    public Uri? VaultUri { get; set; }

    /// <summary>The secret's name.</summary>
    public string? Secret { get; set; }

    /// <summary>The secret's version; the newest one when not set.</summary>
    public string? Version { get; set; }

    /// <summary>The client id of the user-assigned managed identity to sign in to the vault with, where an app has several.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>The Microsoft Entra tenant to sign in to the vault in; the credential's own when not set.</summary>
    public string? TenantId { get; set; }
}
