using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;

namespace SxtAspNet.AzureKeyVault.Tests;

/// <summary>A key file that an RSA key in a vault unwraps.</summary>
public sealed class WrappedKeyTests : VaultTests
{
    private const string Key = "sxt-wrap";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sxt-wrapped-");
    private readonly TestKey _key = new();

    private string File => Path.Combine(_folder.FullName, "sxt.pem.wrapped");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_is_unwrapped_by_the_version_that_it_names()
    {
        Wrap();
        Vault.MakeKey(Key);

        Assert.Equal(_key.PublicKeyBase64, await OpenWrappedAsync());
    }

    [Fact]
    public async Task A_published_vector_of_the_algorithm_is_unwrapped()
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(OaepVector.PrivateKey);
        var version = Vault.ImportKey(Key, rsa);
        using var expected = SxtSigningKey.FromSeed(Convert.FromHexString(OaepVector.Message));
        Write(System.Text.Encoding.UTF8.GetString(new WrappedKey(
            Vault.Uri, Key, version, WrappedKey.OaepSha256, expected.PublicKey.ToArray(), Convert.FromHexString(OaepVector.Ciphertext)).ToJson()));

        Assert.Equal(Convert.ToBase64String(expected.PublicKey.Span), await OpenWrappedAsync());
    }

    [Fact]
    public async Task The_first_request_goes_without_its_content_and_the_next_opening_needs_no_challenge()
    {
        var version = Wrap();
        var source = CreateWrapped();

        await OpenAsync(source);
        await OpenAsync(source);

        var request = $"POST /keys/{Key}/{version}/unwrapkey";
        Assert.Equal([request, $"{request} with a token", $"{request} with a token"], Vault.Requests);
        Assert.Equal(["https://vault.azure.net/.default"], Credential.Requests[0].Scopes);
        Assert.Equal(TestCredential.Tenant, Credential.Requests[0].TenantId);
    }

    [Fact]
    public async Task The_file_alone_says_where_it_is_opened_and_holds_no_seed()
    {
        var version = Wrap();

        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);

        Assert.Contains(Vault.Uri.Host, text, StringComparison.Ordinal);
        Assert.Contains($"\"{Key}\"", text, StringComparison.Ordinal);
        Assert.Contains(version, text, StringComparison.Ordinal);
        Assert.DoesNotContain(_key.Text, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_names_another_vault_leads_no_request_there()
    {
        Wrap();
        Change(json => json["vault"] = "https://evil.vault.azure.net");

        Assert.Contains("but UnwrapWith names", await FailureAsync(), StringComparison.Ordinal);
        Assert.Empty(Vault.Requests);
    }

    [Fact]
    public async Task A_file_of_another_version_than_the_configured_one_is_refused()
    {
        Wrap();

        Assert.Contains("but UnwrapWith names", await FailureAsync(options => options.Version = "0123"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_public_key_is_another_one_is_refused()
    {
        Wrap();
        Change(json => json["publicKey"] = new TestKey().PublicKeyBase64);

        Assert.Contains("names another public key", await FailureAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ }")]
    [InlineData("no JSON")]
    [InlineData("null")]
    public async Task A_file_that_no_vault_wrapped_is_refused(string content)
    {
        Write(content);

        Assert.Contains("holds no key that a vault wrapped", await FailureAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vault")]
    [InlineData("key")]
    [InlineData("version")]
    [InlineData("algorithm")]
    [InlineData("publicKey")]
    [InlineData("wrappedSeed")]
    public async Task A_file_without_one_of_its_members_is_refused_and_the_vault_is_not_asked(string member)
    {
        Wrap();
        Change(json => json[member] = null);

        Assert.Contains("holds no key that a vault wrapped", await FailureAsync(), StringComparison.Ordinal);
        Assert.Empty(Vault.Requests);
    }

    [Fact]
    public async Task A_version_that_is_gone_is_named()
    {
        Wrap();
        Change(json => json["version"] = "0123456789abcdef");

        var message = await FailureAsync();

        Assert.Contains($"key '{Key}' (version 0123456789abcdef) in the key vault", message, StringComparison.Ordinal);
        Assert.Contains("az keyvault key recover", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_disabled_is_the_one_to_enable_and_a_new_one_is_no_help()
    {
        var version = Wrap();
        Vault.Answer = context => KeyVaultDouble.FailAsync(context, 403, "Forbidden", "KeyDisabled");

        var message = await FailureAsync();

        Assert.Contains("is disabled. Wrap the key again with another version (dotnet sxt key wrap), or run: az keyvault key set-attributes ", message, StringComparison.Ordinal);
        Assert.EndsWith($" --name {Key} --version {version} --enabled true", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_may_not_unwrap_is_told_which_role_is_missing()
    {
        Wrap();
        Vault.Answer = context => KeyVaultDouble.FailAsync(context, 403, "Forbidden", "ForbiddenByRbac");

        Assert.Contains("may not be used by the app's identity (403, ForbiddenByRbac). Give it the role 'Key Vault Crypto User'", await FailureAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("<html>")]
    [InlineData("""{ "value": "!!" }""")]
    public async Task An_answer_that_is_none_of_a_vault_is_refused_and_not_quoted(string answer)
    {
        Wrap();
        Vault.Answer = context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, answer);

        Assert.Contains("the answer is not one of a key vault", await FailureAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_challenge_for_another_domain_gets_no_token_unless_the_app_allows_it()
    {
        Wrap();
        Vault.Resource = "https://elsewhere.test";

        await FailureAsync();
        Assert.Empty(Credential.Requests);

        Assert.Equal(_key.PublicKeyBase64, await OpenAsync(CreateWrapped(
            configure: settings => settings.Configure = options => options.DisableChallengeResourceVerification = true)));
    }

    /// <summary>Wraps the key with .NET's own RSA, and writes the file.</summary>
    private string Wrap()
    {
        var (rsa, version) = Vault.MakeKey(Key);
        using (rsa)
        {
            var wrapped = rsa.Encrypt(_key.Seed, RSAEncryptionPadding.OaepSHA256);
            Write(System.Text.Encoding.UTF8.GetString(
                new WrappedKey(Vault.Uri, Key, version, WrappedKey.OaepSha256, _key.PublicKey.ToArray(), wrapped).ToJson()));
        }

        return version;
    }

    private void Change(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(System.IO.File.ReadAllText(File))!.AsObject();
        change(json);
        Write(json.ToJsonString());
    }

    private void Write(string content)
    {
        System.IO.File.WriteAllText(File, content);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private WrappedKeySource CreateWrapped(Action<SxtUnwrapWithOptions>? change = null, Action<VaultSettings>? configure = null)
    {
        var settings = new VaultSettings { Credential = Credential, Transport = Vault.CreateTransport() };
        configure?.Invoke(settings);
        var options = new SxtUnwrapWithOptions { VaultUri = Vault.Uri, Key = Key };
        change?.Invoke(options);
        return new WrappedKeySource(new SxtKeyOptions { File = File }, options, new VaultClients(settings), Logger);
    }

    private Task<string> OpenWrappedAsync() => OpenAsync(CreateWrapped());

    private async Task<string> FailureAsync(Action<SxtUnwrapWithOptions>? change = null)
    {
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenAsync(CreateWrapped(change)));
        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        return failure.Message;
    }
}
