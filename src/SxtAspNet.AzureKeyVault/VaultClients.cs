using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Makes the clients of Azure's SDK for one identity. Credentials are kept: they remember the sign-in, not the key.</summary>
internal sealed class VaultClients(VaultSettings settings)
{
    private readonly ConcurrentDictionary<(string? ClientId, string? TenantId), TokenCredential> _credentials = new();

    public SecretClient Secrets(SxtAzureKeyVaultKeyOptions entry) =>
        new(entry.VaultUri, Credential(entry.ManagedIdentityClientId, entry.TenantId), ClientOptions());

    public UnwrapClient Unwrapping(SxtUnwrapWithOptions entry)
    {
        var options = ClientOptions();
        var signIn = new VaultSignInPolicy(
            Credential(entry.ManagedIdentityClientId, entry.TenantId), verifiesResource: !options.DisableChallengeResourceVerification);
        return new UnwrapClient(HttpPipelineBuilder.Build(options, signIn));
    }

    private TokenCredential Credential(string? clientId, string? tenantId) => settings.Credential ?? _credentials.GetOrAdd(
        (clientId, tenantId), key => new DefaultAzureCredential(CredentialOptions(key.ClientId, key.TenantId)));

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
        var options = new SecretClientOptions();
        VaultRetryPolicy.SetDefaults(options.Retry);
        Prepare(options);
        settings.Configure?.Invoke(options);
        options.RetryPolicy ??= new VaultRetryPolicy(options.Retry);

        // Whatever the app set: the content is the key, or a token that opens the vault.
        options.Diagnostics.IsLoggingContentEnabled = false;
        return options;
    }

    private void Prepare(ClientOptions options)
    {
        // Explicitly, since the content is a token that opens the vault.
        options.Diagnostics.IsLoggingContentEnabled = false;
        if (settings.Transport is { } transport)
        {
            options.Transport = transport;
        }
    }
}
