using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Key entries in Azure Key Vault.</summary>
internal sealed class VaultKeyKind(VaultSettings settings, TimeProvider timeProvider, ILoggerFactory loggers)
    : ISxtKeyKind<SxtAzureKeyVaultKeyOptions>
{
    private readonly VaultClients _clients = new(settings);

    public string Name => "AzureKeyVault";

    public bool CanSeal => true;

    public IEnumerable<string> Validate(string setting, SxtAzureKeyVaultKeyOptions options) =>
    [
        .. EntryRules.CheckVault(setting, options.VaultUri),
        .. EntryRules.CheckName(setting, nameof(options.Secret), options.Secret),
        .. EntryRules.CheckVersion(setting, options.Version),
        .. EntryRules.CheckSignIn(setting, options.ManagedIdentityClientId, options.TenantId, settings),
    ];

    public ISxtKeySource Create(SxtKeyOptions entry, SxtAzureKeyVaultKeyOptions options) =>
        new VaultKeySource(options, _clients, timeProvider, new SteadyLogger(loggers.CreateLogger<VaultKeySource>()));
}
