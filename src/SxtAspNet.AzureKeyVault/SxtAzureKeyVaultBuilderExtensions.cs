using Azure.Core;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet;
using SxtAspNet.AzureKeyVault;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets an identity have keys in Azure Key Vault.</summary>
public static class SxtAzureKeyVaultBuilderExtensions
{
    /// <summary>
    /// Opens the entries of <see cref="SxtOptions.Keys"/> with <c>AzureKeyVault</c> or <c>UnwrapWith</c>. Azure's
    /// DefaultAzureCredential signs in: environment, workload or managed identity, or on a developer's machine "az login"; never
    /// a browser. <see cref="SxtAzureKeyVaultKeyOptions.ManagedIdentityClientId"/> and
    /// <see cref="SxtAzureKeyVaultKeyOptions.TenantId"/> narrow it down.
    /// </summary>
    /// <param name="builder">The identity.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddAzureKeyVault(this SxtBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = builder.Name;
        builder.Services.AddOptions<VaultSettings>(name);
        return builder
            .AddKeyKind<SxtAzureKeyVaultKeyOptions>(provider => new VaultKeyKind(
                Settings(provider), provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILoggerFactory>()))
            .AddKeyKind<SxtUnwrapWithOptions>(provider => new UnwrapWithKind(Settings(provider), provider.GetRequiredService<ILoggerFactory>()));

        VaultSettings Settings(IServiceProvider provider) => provider.GetRequiredService<IOptionsMonitor<VaultSettings>>().Get(name);
    }

    /// <summary>Opens the entries of <see cref="SxtOptions.Keys"/> with <c>AzureKeyVault</c> or <c>UnwrapWith</c>.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="credential">Signs in to the vaults.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddAzureKeyVault(this SxtBuilder builder, TokenCredential credential)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(credential);
        builder.Services.Configure<VaultSettings>(builder.Name, settings => settings.Credential = credential);
        return builder.AddAzureKeyVault();
    }

    /// <summary>Opens the entries of <see cref="SxtOptions.Keys"/> in vaults, with changes to the clients of Azure's SDK.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="configure">
    /// Changes the options of the clients: transport, retries, time limits, challenge verification (which an emulator at localhost needs
    /// off). It holds for secrets and for keys that unwrap. Content logging stays off.
    /// </param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddAzureKeyVault(this SxtBuilder builder, Action<SecretClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure<VaultSettings>(builder.Name, settings => settings.Configure += configure);
        return builder.AddAzureKeyVault();
    }

    /// <summary>Opens the entries of <see cref="SxtOptions.Keys"/> in vaults, with changes to the clients of Azure's SDK.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="credential">Signs in to the vaults.</param>
    /// <param name="configure">
    /// Changes the options of the clients: transport, retries, time limits, challenge verification (which an emulator at localhost needs
    /// off). It holds for secrets and for keys that unwrap. Content logging stays off.
    /// </param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddAzureKeyVault(this SxtBuilder builder, TokenCredential credential, Action<SecretClientOptions> configure) =>
        builder.AddAzureKeyVault(credential).AddAzureKeyVault(configure);
}
