using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Key files that an RSA key in Azure Key Vault unwraps.</summary>
internal sealed class UnwrapWithKind(VaultSettings settings, ILoggerFactory loggers) : ISxtKeyKind<SxtUnwrapWithOptions>
{
    private readonly VaultClients _clients = new(settings);

    public string Name => "UnwrapWith";

    public bool AddsToFile => true;

    public IEnumerable<string> Validate(string setting, SxtUnwrapWithOptions options) =>
    [
        .. EntryRules.CheckVault(setting, options.VaultUri),
        .. EntryRules.CheckName(setting, nameof(options.Key), options.Key),
        .. EntryRules.CheckVersion(setting, options.Version),
        .. EntryRules.CheckSignIn(setting, options.ManagedIdentityClientId, options.TenantId, settings),
    ];

    public ISxtKeySource Create(SxtKeyOptions entry, SxtUnwrapWithOptions options) =>
        new WrappedKeySource(entry, options, _clients, new SteadyLogger(loggers.CreateLogger<WrappedKeySource>()));
}
