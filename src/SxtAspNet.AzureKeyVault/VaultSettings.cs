using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>What an identity's vault clients are made with, set in code.</summary>
internal sealed class VaultSettings
{
    /// <summary>Signs in to the vaults; Azure's default credential when not set.</summary>
    public TokenCredential? Credential { get; set; }

    /// <summary>Changes the options of the clients, in the order in which they were given.</summary>
    public Action<SecretClientOptions>? Configure { get; set; }

    /// <summary>Carries the requests; Azure's own when not set. For tests.</summary>
    public HttpPipelineTransport? Transport { get; set; }
}
