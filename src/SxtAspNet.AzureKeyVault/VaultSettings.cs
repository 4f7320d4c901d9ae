using Azure.Core;
using Azure.Core.Pipeline;

namespace SxtAspNet.AzureKeyVault;

/// <summary>What an identity's vault clients are made with, set in code.</summary>
internal sealed class VaultSettings
{
    /// <summary>Signs in to the vaults; Azure's default credential when not set.</summary>
    public TokenCredential? Credential { get; set; }

    /// <summary>Carries the requests; Azure's own when not set. For tests.</summary>
    public HttpPipelineTransport? Transport { get; set; }
}
