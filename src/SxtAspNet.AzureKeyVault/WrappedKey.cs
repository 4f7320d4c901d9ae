using System.Text.Json;
using System.Text.Json.Serialization;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// The content of a file with a wrapped key: JSON that names vault, key and version in clear text, so that whoever finds the file
/// knows what it takes to open it.
/// </summary>
internal sealed record WrappedKey(
    [property: JsonPropertyName("vault")] Uri Vault,
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("algorithm")] string Algorithm,
    [property: JsonPropertyName("publicKey")] byte[] PublicKey,
    [property: JsonPropertyName("wrappedSeed")] byte[] Seed)
{
    /// <summary>RSAES-OAEP with SHA-256 for both hash and mask (RFC 8017), as the vault calls it.</summary>
    public const string OaepSha256 = "RSA-OAEP-256";

    public const string Fix = "Make it again: dotnet sxt key wrap FILE NEW --vault URL --key NAME --version VERSION --public-key PEM.";

    /// <returns><see langword="null"/> for anything else.</returns>
    public static WrappedKey? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            // The deserializer leaves out what the file leaves out.
            return JsonSerializer.Deserialize(json, VaultJson.Default.WrappedKey) is { Key: not null, Version: not null, PublicKey: not null, Seed: not null } wrapped
                && wrapped is { Algorithm: OaepSha256, Vault.IsAbsoluteUri: true }
                && VaultNames.IsName(wrapped.Key) && VaultNames.IsName(wrapped.Version)
                ? wrapped
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, VaultJson.Default.WrappedKey);
}
