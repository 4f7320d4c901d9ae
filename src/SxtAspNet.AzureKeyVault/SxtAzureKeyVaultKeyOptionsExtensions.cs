namespace SxtAspNet;

/// <summary>Key entries in Azure Key Vault that are set in code.</summary>
public static class SxtAzureKeyVaultKeyOptionsExtensions
{
    extension(SxtKeyOptions entry)
    {
        /// <summary>A secret in Azure Key Vault; <c>AddSxt(…).AddAzureKeyVault()</c> opens it.</summary>
        public SxtAzureKeyVaultKeyOptions? AzureKeyVault
        {
            get => entry.GetKind<SxtAzureKeyVaultKeyOptions>();
            set => entry.SetKind(value);
        }
    }
}
