using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.AzureKeyVault.Tests;

/// <summary>Whole apps with AddSxt and AddAzureKeyVault only, in real time, against a vault and a gateway over the network.</summary>
public sealed class SampleTests : VaultTests
{
    private const string User = "orders-service";

    private readonly TestKey _key = new();

    [Fact]
    public async Task The_configuration_of_the_guide_logs_in()
    {
        await using var gateway = await StartGatewayAsync(_key);
        Vault.Set(Secret, _key.Text).Tags["sxt-public-key"] = _key.PublicKeyBase64;
        using var app = Build(gateway, Guide());

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, await QueryAsync(app));
        Assert.Equal(SxtSessionState.Active, app.Services.GetRequiredService<ISxtSession>().Status.State);
        Assert.Contains(Vault.Requests, request => request == $"GET /secrets/{Secret} with a token");
    }

    [Fact]
    public async Task A_start_that_requires_a_login_fails_with_vault_secret_and_remedy()
    {
        await using var gateway = await StartGatewayAsync(_key);
        using var app = Build(gateway, Guide());

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            () => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains("secret 'sxt-key' in the key vault https://contoso.vault.azure.net does not exist", failure.Message, StringComparison.Ordinal);
        Assert.Contains("az keyvault secret recover", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vault_that_hangs_costs_a_quarter_of_the_key_timeout_and_the_next_key_logs_in()
    {
        await using var gateway = await StartGatewayAsync(_key);
        Vault.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, _key.Text, TestContext.Current.CancellationToken);
            using var app = Build(gateway, Guide(), ("Sxt:KeyTimeout", "00:00:00.5"), ("Sxt:Keys:1:File", file));

            await app.StartAsync(TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.OK, await QueryAsync(app));
            var warning = Assert.Single(app.Services.GetFakeLogCollector().GetSnapshot(), log => log.Id.Id == 1110).Message;
            Assert.Contains("secret 'sxt-key' in the key vault https://contoso.vault.azure.net", warning, StringComparison.Ordinal);
            Assert.Contains("0.125 s, a quarter of KeyTimeout. Check that it can be reached", warning, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Identities_have_credentials_and_vaults_of_their_own()
    {
        var (reports, reportsCredential) = (new TestKey(), new TestCredential());
        await using var other = await KeyVaultDouble.StartAsync();
        await using var gateway = await StartGatewayAsync(_key);
        gateway.AddUser("reports", reports.PublicKey);
        Vault.Set(Secret, _key.Text);
        other.Set("reports-key", reports.Text);
        other.Token = reportsCredential.Token = "token-for-reports";
        using var app = Build(gateway, Guide(), services =>
        {
            services.AddSxt("reports", options =>
            {
                options.GatewayUrl = gateway.BaseAddress;
                options.UserId = "reports";
                options.Keys.Add(new() { AzureKeyVault = new() { VaultUri = other.Uri, Secret = "reports-key" } });
            }).AddAzureKeyVault(reportsCredential);
            services.Configure<VaultSettings>("reports", settings => settings.Transport = other.CreateTransport());
        });

        var session = app.Services.GetRequiredKeyedService<ISxtSession>("reports");
        await session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<ISxtSession>().GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal("reports", session.Status.UserId);
        Assert.Single(reportsCredential.Requests);
        Assert.Single(Credential.Requests);
    }

    private static async Task<SxtGatewayEmulator> StartGatewayAsync(TestKey key)
    {
        var gateway = await SxtGatewayEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        gateway.AddUser(User, key.PublicKey);
        return gateway;
    }

    private IHost Build(SxtGatewayEmulator gateway, string json, params (string Key, string Value)[] settings) =>
        Build(gateway, json, _ => { }, settings);

    private IHost Build(
        SxtGatewayEmulator gateway, string json, Action<IServiceCollection> services, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        builder.Configuration.AddInMemoryCollection(settings.Append(("Sxt:GatewayUrl", gateway.BaseAddress.ToString()))
            .Select(setting => KeyValuePair.Create<string, string?>(setting.Item1, setting.Item2)));
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging();

        builder.Services.AddSxt(builder.Configuration.GetSection("Sxt")).AddAzureKeyVault(Credential);
        builder.Services.AddHttpClient("api").AddSxtTokenHandler();

        builder.Services.Configure<VaultSettings>("", options => options.Transport = Vault.CreateTransport());
        services(builder.Services);
        return builder.Build();
    }

    private static async Task<HttpStatusCode> QueryAsync(IHost app)
    {
        using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        using var response = await client.PostAsJsonAsync(
            "v1/sql", new { sqlText = "SELECT * FROM ETHEREUM.BLOCKS" }, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>The app's settings in docs/key-vault.md.</summary>
    private static string Guide([CallerFilePath] string here = "")
    {
        var guide = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "key-vault.md"));
        return guide.Split("```json").Select(block => block.Split("```")[0]).Single(block => block.Contains("LoginAtStartup", StringComparison.Ordinal));
    }
}
