using Azure.Core.Pipeline;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Tests.Keys;

namespace SxtAspNet.AzureKeyVault.Tests;

/// <summary>Azure's default credential, with what the configuration says of it.</summary>
public sealed class ManagedIdentityTests : VaultTests
{
    private const string ClientId = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    [Fact]
    public async Task The_managed_identity_of_the_configuration_signs_in()
    {
        Vault.Set(Secret, KeyVectors.Pem);

        var settings = new VaultSettings
        {
            Transport = new HttpClientTransport(new ManagedIdentityHandler(ClientId, Vault.Token, Vault.CreateHandler())),
        };
        var entry = new SxtAzureKeyVaultKeyOptions { VaultUri = Vault.Uri, Secret = Secret, ManagedIdentityClientId = ClientId };

        Assert.Equal(
            KeyVectors.PublicKeyBase64, await OpenAsync(new VaultKeySource(entry, new VaultClients(settings), Vault.Time, Logger)));
    }

    [Fact]
    public void What_the_configuration_says_is_what_the_credential_gets()
    {
        var clients = new VaultClients(new VaultSettings());

        var options = clients.CredentialOptions(ClientId, TestCredential.Tenant);

        Assert.Equal(ClientId, options.ManagedIdentityClientId);
        Assert.Equal(TestCredential.Tenant, options.TenantId);
    }
}
