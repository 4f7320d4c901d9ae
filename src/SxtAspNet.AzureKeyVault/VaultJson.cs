using System.Text.Json.Serialization;

namespace SxtAspNet.AzureKeyVault;

/// <summary>What is written to a vault and to files, and read from them.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(UnwrapRequest))]
[JsonSerializable(typeof(WrappedKey))]
internal sealed partial class VaultJson : JsonSerializerContext;

/// <summary>The vault's operation "unwrap key".</summary>
internal sealed record UnwrapRequest([property: JsonPropertyName("alg")] string Algorithm, [property: JsonPropertyName("value")] string Value);
