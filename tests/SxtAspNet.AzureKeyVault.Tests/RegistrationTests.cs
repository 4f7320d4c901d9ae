using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Tests.Infrastructure;

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

        Assert.Single(services, service => service.IsKeyedService && service.ServiceType.Name == "IKeySourceFactory");
    }

    [Fact]
    public void A_default_credential_never_asks_a_person()
    {
        var options = new VaultClients(new VaultSettings()).CredentialOptions(null, null);

        Assert.True(options.ExcludeInteractiveBrowserCredential);
        Assert.True(options.ExcludeBrokerCredential);
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
