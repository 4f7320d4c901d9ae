using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SxtAspNet.Aspire.Hosting.Tests;

/// <summary>What an app is given where the gateway is not emulated.</summary>
public class SettingsTests
{
    [Fact]
    public async Task A_published_app_calls_the_production_gateway_with_its_own_user_and_keys()
    {
        var builder = Publishing();
        var app = AddApp(builder).WithReference(builder.AddSxtGateway("sxt"));

        Assert.Equal([new("Sxt__GatewayUrl", SxtDefaults.GatewayUrl)], await SettingsAsync(app));
    }

    [Fact]
    public async Task Parameters_are_published_as_references()
    {
        var builder = Publishing();
        var gateway = builder.AddSxtGateway("sxt")
            .WithGatewayUrl(builder.AddParameter("url"))
            .WithProxyUrl(builder.AddParameter("proxy"))
            .WithUserId(builder.AddParameter("user"))
            .WithApiKey(builder.AddParameter("key", secret: true));

        Assert.Equal(
            [
                new("Sxt__GatewayUrl", "{url.value}"),
                new("Sxt__Keys__0__ApiKey", "{key.value}"),
                new("Sxt__Keys__0__File", ""),
                new("Sxt__Keys__0__Password", ""),
                new("Sxt__Keys__0__PasswordFile", ""),
                new("Sxt__Keys__0__RequirePrivateFile", ""),
                new("Sxt__ProxyUrl", "{proxy.value}"),
                new("Sxt__UserId", "{user.value}"),
            ],
            await SettingsAsync(AddApp(builder).WithReference(gateway)));
    }

    [Fact]
    public async Task A_section_of_another_name_gets_the_settings()
    {
        var builder = Publishing();
        var gateway = builder.AddSxtGateway("sxt").WithGatewayUrl(new Uri("https://gateway.example")).WithProxyUrl(new Uri("https://proxy.example"));

        Assert.Equal(
            [new("Sxt__Reports__GatewayUrl", "https://gateway.example/"), new("Sxt__Reports__ProxyUrl", "https://proxy.example/")],
            await SettingsAsync(AddApp(builder).WithReference(gateway, "Sxt:Reports")));
    }

    [Fact]
    public async Task Without_the_emulator_an_app_that_runs_gets_the_values_of_the_parameters()
    {
        var builder = DistributedApplication.CreateBuilder();
        builder.Configuration["Parameters:user"] = "orders-service";
        var gateway = builder.AddSxtGateway("sxt").RunWithoutEmulator().WithUserId(builder.AddParameter("user"));

        Assert.Equal(
            [new("Sxt__GatewayUrl", SxtDefaults.GatewayUrl), new("Sxt__UserId", "orders-service")],
            await SettingsAsync(AddApp(builder).WithReference(gateway)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => gateway.Resource.GetEmulatorAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_api_key_takes_the_place_of_the_apps_own_key_file()
    {
        var builder = DistributedApplication.CreateBuilder();
        builder.Configuration["Parameters:key"] = "sxt_0123456789abcdef";
        var gateway = builder.AddSxtGateway("sxt").RunWithoutEmulator().WithApiKey(builder.AddParameter("key", secret: true));
        var settings = await SettingsAsync(AddApp(builder).WithReference(gateway));
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
            [
                new("Sxt:Keys:0:File", "/run/secrets/sxt.pem"),
                new("Sxt:Keys:0:PasswordFile", "/run/secrets/sxt.password"),
                new("Sxt:Keys:0:RequirePrivateFile", "true"),
            ])
            .AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value)))
            .Build();
        await using var app = new ServiceCollection().AddLogging().AddSxt(configuration.GetSection("Sxt")).Services.BuildServiceProvider();

        var key = Assert.Single(app.GetRequiredService<IOptions<SxtOptions>>().Value.Keys);

        Assert.Null(key.File);
    }

    [Fact]
    public void An_api_key_must_be_secret()
    {
        var builder = Publishing();

        var refusal = Assert.Throws<ArgumentException>(() => builder.AddSxtGateway("sxt").WithApiKey(builder.AddParameter("key")));

        Assert.Contains("secret: true", refusal.Message, StringComparison.Ordinal);
    }

    private static IDistributedApplicationBuilder Publishing() =>
        DistributedApplication.CreateBuilder(["--operation", "publish", "--step", "publish"]);

    private static IResourceBuilder<ExecutableResource> AddApp(IDistributedApplicationBuilder builder) => builder.AddExecutable("app", "app", ".");

    private static async Task<IEnumerable<KeyValuePair<string, string>>> SettingsAsync(IResourceBuilder<ExecutableResource> app) =>
        (await EnvironmentVariables.OfAsync(app.Resource, app.ApplicationBuilder.ExecutionContext))
            .Where(variable => variable.Key.StartsWith("Sxt__", StringComparison.Ordinal))
            .OrderBy(variable => variable.Key, StringComparer.Ordinal);
}
