using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Tests.Keys;

namespace SxtAspNet.AzureKeyVault.Tests;

public sealed class OpeningTests : VaultTests
{
    [Theory]
    [InlineData(KeyVectors.Pem)]
    [InlineData(KeyVectors.PemWithText)]
    [InlineData(KeyVectors.SeedBase64)]
    [InlineData(KeyVectors.SeedHex)]
    [InlineData(KeyVectors.PairBase64)]
    [InlineData("USERID=orders-service\nUSER_PRIVATE_KEY=\"" + KeyVectors.SeedBase64 + "\"\n")]
    [InlineData("{ \"privateKeyB64_64\": \"" + KeyVectors.PairBase64 + "\" }")]
    public async Task A_secret_in_any_text_form_that_a_file_may_have_opens(string text)
    {
        Vault.Set(Secret, text);

        Assert.Equal(KeyVectors.PublicKeyBase64, await OpenAsync());
    }

    [Fact]
    public async Task The_vaults_challenge_is_met_and_the_value_is_asked_for_with_a_token_only()
    {
        Vault.Set(Secret, KeyVectors.Pem);

        await OpenAsync();

        Assert.Equal([$"GET /secrets/{Secret}", $"GET /secrets/{Secret} with a token"], Vault.Requests);
        var request = Assert.Single(Credential.Requests);
        Assert.Equal(["https://vault.azure.net/.default"], request.Scopes);
        Assert.Equal(TestCredential.Tenant, request.TenantId);
    }

    [Fact]
    public async Task The_secret_is_read_at_each_opening_and_the_sign_in_once()
    {
        Vault.Set(Secret, KeyVectors.Pem);
        var source = CreateSource();

        await OpenAsync(source);
        await OpenAsync(source);

        Assert.Equal(2, Vault.Requests.Count(request => request.EndsWith("with a token", StringComparison.Ordinal)));
        Assert.Single(Credential.Requests);
    }

    [Fact]
    public async Task A_new_version_is_seen_at_the_next_opening()
    {
        var rotated = new TestKey();
        Vault.Set(Secret, KeyVectors.Pem);
        var source = CreateSource();
        await OpenAsync(source);

        Vault.Set(Secret, rotated.Text);

        Assert.Equal(rotated.PublicKeyBase64, await OpenAsync(source));
    }

    [Fact]
    public async Task A_secret_may_hold_an_api_key()
    {
        Vault.Set(Secret, "sxt_0123456789abcdefghijklmnop\n");

        using var key = await CreateSource().OpenAsync(TestContext.Current.CancellationToken);

        Assert.IsType<SxtApiKey>(key);
    }

    [Fact]
    public async Task A_version_that_is_named_is_the_one_that_opens()
    {
        var old = Vault.Set(Secret, KeyVectors.Pem);
        Vault.Set(Secret, new TestKey().Text);

        Assert.Equal(KeyVectors.PublicKeyBase64, await OpenAsync(CreateSource(old.Id)));
    }

    [Theory]
    [InlineData(KeyVectors.PublicKeyBase64)]
    [InlineData(KeyVectors.PublicKeyHex)]
    [InlineData(" " + KeyVectors.PublicKeyBase64 + "\n")]
    public async Task A_tag_that_states_the_public_key_is_accepted(string tag)
    {
        Vault.Set(Secret, KeyVectors.Pem).Tags["sxt-public-key"] = tag;

        Assert.Equal(KeyVectors.PublicKeyBase64, await OpenAsync());
    }

    [Fact]
    public async Task A_secret_opens_between_its_dates()
    {
        var secret = Vault.Set(Secret, KeyVectors.Pem);
        secret.NotBefore = Vault.Time.GetUtcNow().AddMinutes(-1);
        secret.Expires = Vault.Time.GetUtcNow().AddMinutes(1);

        Assert.Equal(KeyVectors.PublicKeyBase64, await OpenAsync());
    }

    [Fact]
    public void ToString_names_vault_secret_and_version()
    {
        Assert.Equal(
            $"secret 'sxt-key' (version 0123) in the key vault https://{Vault.Uri.Host}", CreateSource("0123").ToString());
    }
}
