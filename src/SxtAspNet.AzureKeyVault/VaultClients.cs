using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Makes the clients of Azure's SDK for one identity. Credentials are kept: they remember the sign-in, not the key.</summary>
internal sealed class VaultClients(VaultSettings settings)
{
    private readonly ConcurrentDictionary<(string? ClientId, string? TenantId), TokenCredential> _credentials = new();

    public SecretClient Create(SxtAzureKeyVaultKeyOptions entry)
    {
        var credential = settings.Credential ?? _credentials.GetOrAdd(
            (entry.ManagedIdentityClientId, entry.TenantId), key => new DefaultAzureCredential(CredentialOptions(key.ClientId, key.TenantId)));
        return new SecretClient(entry.VaultUri, credential, ClientOptions());
    }

    internal DefaultAzureCredentialOptions CredentialOptions(string? managedIdentityClientId, string? tenantId)
    {
        var options = new DefaultAzureCredentialOptions
        {
            // A server has nobody to ask.
            ExcludeInteractiveBrowserCredential = true,
            ExcludeBrokerCredential = true,
        };
        Prepare(options);
        if (managedIdentityClientId is not null)
        {
            options.ManagedIdentityClientId = managedIdentityClientId;
        }

        if (tenantId is not null)
        {
            options.TenantId = tenantId;
        }

        return options;
    }

    internal SecretClientOptions ClientOptions()
    {
        var options = new SecretClientOptions { RetryPolicy = new VaultRetryPolicy() };
        options.Retry.NetworkTimeout = VaultRetryPolicy.NetworkTimeout;
        Prepare(options);
        return options;
    }

    private void Prepare(ClientOptions options)
    {
        // Explicitly, since the content is the key, or a token that opens the vault.
        options.Diagnostics.IsLoggingContentEnabled = false;
        if (settings.Transport is { } transport)
        {
            options.Transport = transport;
        }
    }
}
