using Microsoft.Extensions.Logging;
using SxtAspNet.Keys;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Key entries in Azure Key Vault.</summary>
internal sealed class VaultKeySourceFactory(VaultSettings settings, TimeProvider timeProvider, ILoggerFactory loggers) : IKeySourceFactory
{
    private readonly VaultClients _clients = new(settings);

    public bool Handles(SxtKeyOptions entry) => entry.AzureKeyVault is not null;

    public ISxtKeySource Create(SxtKeyOptions entry) => new VaultKeySource(
        entry.AzureKeyVault!, _clients, timeProvider, loggers.CreateLogger<VaultKeySource>());
}
