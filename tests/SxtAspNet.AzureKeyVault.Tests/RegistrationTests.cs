using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;
using SxtAspNet.Tests.Schema;

namespace SxtAspNet.AzureKeyVault.Tests;

public sealed class RegistrationTests
{
    private const string Sound =
        """
        { "Sxt": { "UserId": "orders-service", "Keys": [ { "AzureKeyVault": { "VaultUri": "https://contoso.vault.azure.net",
            "Secret": "sxt-key", "Version": "0123456789abcdef", "ManagedIdentityClientId": "11111111-2222-3333-4444-555555555555",
            "TenantId": "contoso.onmicrosoft.com" } } ] } }
        """;

    [Fact]
    public void All_settings_of_a_secret_are_bound()
    {
        using var provider = Build(Sound, builder => builder.AddAzureKeyVault());

        var vault = Assert.Single(Options(provider).Keys).AzureKeyVault!;

        Assert.Equal(new Uri("https://contoso.vault.azure.net"), vault.VaultUri);
        Assert.Equal(("sxt-key", "0123456789abcdef"), (vault.Secret, vault.Version));
        Assert.Equal("11111111-2222-3333-4444-555555555555", vault.ManagedIdentityClientId);
        Assert.Equal("contoso.onmicrosoft.com", vault.TenantId);
    }

    [Fact]
    public void Without_the_package_the_message_names_package_and_call()
    {
        Assert.Contains(
            "add the package SxtAspNet.AzureKeyVault and call AddSxt(...).AddAzureKeyVault()", Problems(Sound, _ => { }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_identity_that_was_not_given_the_package_is_told_so_whatever_others_have()
    {
        using var provider = Build(Sound, builder => builder.Services.AddSxt("reports", builder2 => { }).AddAzureKeyVault());

        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider));

        Assert.Contains("call AddSxt(...).AddAzureKeyVault()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_a_credential_in_code_makes_void_are_an_error()
    {
        var message = Problems(Sound, builder => builder.AddAzureKeyVault(new TestCredential()));

        Assert.Contains("Keys[0].AzureKeyVault has ManagedIdentityClientId or TenantId, which have no effect", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_package_may_be_added_twice()
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson(Sound).GetSection("Sxt")).AddAzureKeyVault().AddAzureKeyVault();

        // One for each kind: secrets, and keys that unwrap.
        Assert.Equal(2, services.Count(service => service.IsKeyedService && service.ServiceType.Name == "IKeySourceFactory"));
    }

    [Theory]
    [InlineData("""{ "Secret": "s" }""", "Keys[0].AzureKeyVault.VaultUri must be the vault's https URL")]
    [InlineData("""{ "VaultUri": "vault", "Secret": "s" }""", "'Sxt:Keys:0:AzureKeyVault:VaultUri' must be a URL, for example")]
    [InlineData("""{ "VaultUri": "http://v.test", "Secret": "s" }""", "Keys[0].AzureKeyVault.VaultUri must be the vault's https URL")]
    [InlineData("""{ "VaultUri": "https://v.test/secrets/s/0123", "Secret": "s" }""", "Keys[0].AzureKeyVault.VaultUri must end with the host")]
    [InlineData("""{ "VaultUri": "https://v.test", "Secret": "a b" }""", "Keys[0].AzureKeyVault.Secret must be a name in Key Vault")]
    [InlineData("""{ "VaultUri": "https://v.test", "Secret": "s", "Version": "a/b" }""", "Keys[0].AzureKeyVault.Version must be a version's id")]
    [InlineData("""{ "VaultUri": "https://v.test", "Secret": "s", "ManagedIdentityClientId": "a b" }""", "Keys[0].AzureKeyVault.ManagedIdentityClientId must be")]
    [InlineData("""{ "VaultUri": "https://v.test", "Secret": "s", "TenantId": "a b" }""", "Keys[0].AzureKeyVault.TenantId must be")]
    [InlineData("""{ "VaultUri": "https://v.test" }""", "Keys[0].AzureKeyVault.Secret is missing; set it to the secret's name.")]
    [InlineData("""{ "Vault": "v" }""", "'Sxt:Keys:0:AzureKeyVault:Vault' is not a setting. Those of 'Sxt:Keys:0:AzureKeyVault' are: VaultUri, Secret,")]
    [InlineData("\"v\"", "'Sxt:Keys:0:AzureKeyVault' must be an object, but is a single value")]
    public void A_wrong_setting_is_named_with_what_to_write_instead(string vault, string expected)
    {
        var message = Problems(Key($$"""{ "AzureKeyVault": {{vault}} }"""), builder => builder.AddAzureKeyVault());

        Assert.StartsWith("Space and Time identity '(default)': ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "VaultUri": "https://v.test", "Secret": "s3cret-value=" }""")]
    [InlineData("""{ "VaultUri": "https://v.test/s3cret-value", "Secret": "s" }""")]
    [InlineData("""{ "VaultUri": "s3cret-value", "Secret": "s" }""")]
    [InlineData("\"s3cret-value\"")]
    public void No_value_that_could_be_a_secret_is_quoted(string vault)
    {
        var message = Problems(Key($$"""{ "AzureKeyVault": {{vault}} }"""), builder => builder.AddAzureKeyVault());

        Assert.DoesNotContain("s3cret-value", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_is_a_file_or_a_secret_not_both()
    {
        var entry = Key("""{ "File": "a", "AzureKeyVault": { "VaultUri": "https://v.test", "Secret": "s" } }""");

        Assert.Contains("Keys[0] has both File and AzureKeyVault", Problems(entry, builder => builder.AddAzureKeyVault()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_in_code_without_the_package_is_told_package_and_call_too()
    {
        var services = new ServiceCollection();
        services.AddSxt(options =>
        {
            options.UserId = "orders-service";
            options.Keys.Add(new() { AzureKeyVault = new() { VaultUri = new Uri("https://v.test"), Secret = "s" } });
        });
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider));

        Assert.Contains(
            "Keys[0] is of the kind AzureKeyVault; add the package SxtAspNet.AzureKeyVault and call AddSxt(...).AddAzureKeyVault().",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "File": "a", "UnwrapWith": { "VaultUri": "http://v.test", "Key": "k" } }""", "Keys[0].UnwrapWith.VaultUri must be the vault's https URL")]
    [InlineData("""{ "File": "a", "UnwrapWith": { "VaultUri": "https://v.test" } }""", "Keys[0].UnwrapWith.Key is missing; set it to the key's name.")]
    [InlineData("""{ "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } }""", "Keys[0].UnwrapWith goes with a File; set that too.")]
    [InlineData("""{ "File": "a", "Password": "x", "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } }""", "Keys[0] has a password, which UnwrapWith does not use; remove Password.")]
    [InlineData("""{ "File": "a", "PasswordFile": "b", "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } }""", "Keys[0] has a password, which UnwrapWith does not use; remove PasswordFile.")]
    public void A_wrong_setting_of_a_key_that_unwraps_is_named_too(string entry, string expected)
    {
        Assert.Contains(expected, Problems(Key(entry), builder => builder.AddAzureKeyVault()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_unwraps_needs_the_package_as_well()
    {
        var entry = Key("""{ "File": "a", "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } }""");

        Assert.Contains(
            "Keys[0] is of the kind UnwrapWith; add the package SxtAspNet.AzureKeyVault", Problems(entry, _ => { }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_may_be_a_seal_and_a_wrapped_file_may_not()
    {
        const string json =
            """
            { "Sxt": { "UserId": "orders-service", "Keys": [ { "File": "a" } ], "Seal": [
                { "AzureKeyVault": { "VaultUri": "https://v.test", "Secret": "s" } },
                { "File": "b", "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } } ] } }
            """;

        var message = Problems(json, builder => builder.AddAzureKeyVault());

        Assert.Contains("Seal[1] is of the kind UnwrapWith", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Seal[0]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_registered_twice_is_one_key()
    {
        var section = TestConfiguration.FromJson(Sound).GetSection("Sxt");
        var services = new ServiceCollection();
        services.AddSxt(section).AddAzureKeyVault();
        services.AddSxt(section).AddAzureKeyVault();
        using var provider = services.BuildServiceProvider();

        Assert.Single(Options(provider).Keys);
    }

    [Fact]
    public async Task The_apps_own_options_reach_the_vaults_client()
    {
        var key = new TestKey();
        await using var vault = await KeyVaultDouble.StartAsync();
        vault.Resource = "https://elsewhere.test";
        vault.Set("sxt-key", key.Text);
        var entry = Key($$"""{ "AzureKeyVault": { "VaultUri": "{{vault.Uri}}", "Secret": "sxt-key" } }""");
        using var provider = Build(entry, builder => builder.AddAzureKeyVault(new TestCredential(), options =>
        {
            options.Transport = vault.CreateTransport();
            options.DisableChallengeResourceVerification = true;
        }));

        var source = Assert.Single(provider.GetRequiredKeyedService<KeySources>("").For(Options(provider)));
        using var opened = (SxtSigningKey)await source.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(key.PublicKeyBase64, Convert.ToBase64String(opened.PublicKey.Span));
    }

    [Fact]
    public void The_app_may_change_retries_but_not_have_content_logged()
    {
        var options = new VaultClients(new VaultSettings
        {
            Configure = options =>
            {
                options.Retry.MaxRetries = 7;
                options.Diagnostics.IsLoggingContentEnabled = true;
            },
        }).ClientOptions();

        Assert.Equal(7, options.Retry.MaxRetries);
        Assert.False(options.Diagnostics.IsLoggingContentEnabled);
    }

    [Fact]
    public void A_default_credential_never_asks_a_person()
    {
        var options = new VaultClients(new VaultSettings()).CredentialOptions(null, null);

        Assert.True(options.ExcludeInteractiveBrowserCredential);
        Assert.True(options.ExcludeBrokerCredential);
    }

    private static string Key(string entry) => $$"""{ "Sxt": { "UserId": "orders-service", "Keys": [ {{entry}} ] } }""";

    /// <summary>But for those from which something is missing: another file or a variable may add that.</summary>
    [Fact]
    public void The_schema_refuses_what_the_validation_refuses()
    {
        string[] beyond =
        [
            """{ "AzureKeyVault": { "Secret": "s" } }""",
            """{ "AzureKeyVault": { "VaultUri": "https://v.test" } }""",
            """{ "File": "a", "UnwrapWith": { "VaultUri": "https://v.test" } }""",
            """{ "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } }""",
        ];
        string[] invalid =
        [
            .. Examples(nameof(A_wrong_setting_is_named_with_what_to_write_instead)).Select(vault => $$"""{ "AzureKeyVault": {{vault}} }"""),
            .. Examples(nameof(A_wrong_setting_of_a_key_that_unwraps_is_named_too)),
            """{ "File": "a", "AzureKeyVault": { "VaultUri": "https://v.test", "Secret": "s" } }""",
            """{ "ApiKey": "sxt_0123456789abcdef", "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } }""",
        ];
        var schema = new PackedSchema("SxtAspNet", "SxtAspNet.AzureKeyVault");

        Assert.Equal(beyond, invalid.Where(entry => schema.Accepts($$"""{ "Sxt": { "Keys": [ {{entry}} ] } }""")));
        Assert.True(schema.Accepts(Sound));

        static IEnumerable<string> Examples(string method) =>
            typeof(RegistrationTests).GetMethod(method)!.GetCustomAttributes<InlineDataAttribute>().Select(example => (string)example.Data[0]!);
    }

    private static string Problems(string json, Action<SxtBuilder> add)
    {
        using var provider = Build(json, add);
        return Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;
    }

    private static SxtOptions Options(ServiceProvider provider) => provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;

    private static ServiceProvider Build(string json, Action<SxtBuilder> add)
    {
        var services = new ServiceCollection();
        add(services.AddSxt(TestConfiguration.FromJson(json).GetSection("Sxt")));
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
