using Azure.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet;
using SxtAspNet.AzureKeyVault;
using SxtAspNet.Keys;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets an identity have keys in Azure Key Vault.</summary>
public static class SxtAzureKeyVaultBuilderExtensions
{
    /// <summary>
    /// Opens the entries of <see cref="SxtOptions.Keys"/> with <see cref="SxtKeyOptions.AzureKeyVault"/>. Azure's
    /// DefaultAzureCredential signs in: environment, workload or managed identity, or on a developer's machine "az login"; never
    /// a browser. <see cref="SxtAzureKeyVaultKeyOptions.ManagedIdentityClientId"/> and
    /// <see cref="SxtAzureKeyVaultKeyOptions.TenantId"/> narrow it down.
    /// </summary>
    /// <param name="builder">The identity.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddAzureKeyVault(this SxtBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var name = builder.Name;
        services.AddOptions<VaultSettings>(name);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SxtOptions>, ValidateVaultCredential>());
        services.TryAddEnumerable(ServiceDescriptor.KeyedSingleton<IKeySourceFactory, VaultKeySourceFactory>(
            name,
            (provider, _) => new VaultKeySourceFactory(
                provider.GetRequiredService<IOptionsMonitor<VaultSettings>>().Get(name),
                provider.GetRequiredService<Runtime>().TimeProvider,
                provider.GetRequiredService<ILoggerFactory>())));
        return builder;
    }

    /// <summary>Opens the entries of <see cref="SxtOptions.Keys"/> with <see cref="SxtKeyOptions.AzureKeyVault"/>.</summary>
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
}
