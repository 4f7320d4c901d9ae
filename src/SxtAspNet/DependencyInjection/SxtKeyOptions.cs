namespace SxtAspNet;

/// <summary>Where one signing key comes from: either a file or a vault.</summary>
public sealed class SxtKeyOptions
{
    /// <summary>Path of a key file, in any form that <see cref="SxtSigningKey.Parse"/> accepts.</summary>
    public string? File { get; set; }

    /// <summary>Password of an encrypted key file. Prefer <see cref="PasswordFile"/>: configuration is often logged.</summary>
    public string? Password { get; set; }

    /// <summary>Path of a file that holds the password of an encrypted key file; one trailing line break is ignored.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Refuses a key file that others than its owner and group can read, instead of warning about it once.</summary>
    public bool RequirePrivateFile { get; set; }

    /// <summary>A secret in Azure Key Vault; needs the package SxtAspNet.AzureKeyVault.</summary>
    public SxtAzureKeyVaultKeyOptions? AzureKeyVault { get; set; }
}

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
