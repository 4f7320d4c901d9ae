namespace SxtAspNet.AzureKeyVault;

/// <summary>What a name or a version in Key Vault looks like.</summary>
internal static class VaultNames
{
    public static bool IsName(string? value) =>
        value is null || (value.Length is > 0 and <= 127 && value.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'));
}
