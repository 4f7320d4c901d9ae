using System.Security.Cryptography;
using System.Text.Json;
using SxtAspNet.Packages.Tests.Infrastructure;

namespace SxtAspNet.Packages.Tests;

/// <summary>The tool as it is installed from its package: each of its commands does its work, at the packed emulator.</summary>
public sealed class ToolTests(Workshop workshop)
{
    [Theory]
    [InlineData("")]
    [InlineData("key")]
    public async Task It_explains_itself(string command)
    {
        var help = await RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Contains($"dotnet sxt {command}".TrimEnd(), help, StringComparison.Ordinal);
        Assert.All(
            command.Length == 0 ? ["key", "seal", "keyring", "login", "register", "doctor", "probe", "emulator"] : (string[])["new", "show", "wrap"],
            name => Assert.Contains($"  {name}", help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_are_made_logged_in_with_and_added()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        var account = Account(gateway, GatewayProcess.User, gateway.Key);
        var backup = NewPath("pem");

        var publicKey = (await RunAsync("key", "new", backup)).Trim();
        Assert.Contains(publicKey, await RunAsync("key", "show", backup), StringComparison.Ordinal);
        Assert.Contains($"user: {GatewayProcess.User}", await RunAsync(["login", .. account]), StringComparison.Ordinal);
        Assert.Contains(publicKey, await RunAsync(["keyring", "add", backup, .. account]), StringComparison.Ordinal);
        Assert.Contains(publicKey, await RunAsync(["keyring", "list", .. account]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_is_made_and_its_app_is_ok()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        var app = Directory.CreateDirectory(NewPath("app")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(app, "appsettings.json"),
            JsonSerializer.Serialize(new { Sxt = new { GatewayUrl = gateway.Address, UserId = "newcomer", Keys = new[] { new { File = gateway.Key } } } }),
            TestContext.Current.CancellationToken);

        var made = await RunAsync(["register", "--email", "newcomer@example.com", .. Account(gateway, "newcomer", gateway.Key)]);
        var doctor = await RunAsync("doctor", "--project", app, "--login");

        Assert.Contains("user: newcomer", made, StringComparison.Ordinal);
        Assert.Contains("a login works", doctor, StringComparison.Ordinal);
        Assert.Contains("0 wrong", doctor, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_is_probed_and_another_one_behaves_like_it()
    {
        var profile = NewPath("json");
        await using (var gateway = await GatewayProcess.StartAsync(workshop))
        {
            var found = await RunAsync(["probe", "--yes", "--profile", profile, .. Account(gateway, GatewayProcess.User, gateway.Key)]);
            Assert.Contains("May a refresh token be used twice?", found, StringComparison.Ordinal);
        }

        await using var other = await GatewayProcess.StartAsync(workshop, "--profile", profile);

        Assert.Contains($"user: {GatewayProcess.User}", await RunAsync(["login", .. Account(other, GatewayProcess.User, other.Key)]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_wrapped_for_a_vault_and_a_seal_is_made()
    {
        var (key, wrapped, seal, vault) = (NewPath("pem"), NewPath("wrapped"), NewPath("seal"), NewPath("rsa.pem"));
        using (var rsa = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(vault, rsa.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        }

        var publicKey = await RunAsync("key", "new", key);
        var ofWrapped = await RunAsync(
            "key", "wrap", key, wrapped, "--vault", "https://contoso.vault.azure.net", "--key", "sxt-wrap", "--version", "0123456789abcdef", "--public-key", vault);
        await RunAsync("seal", "new", seal);

        Assert.Equal(publicKey, ofWrapped);
        Assert.True(File.Exists(wrapped));
        Assert.Equal(32, Convert.FromBase64String(await File.ReadAllTextAsync(seal, TestContext.Current.CancellationToken)).Length);
    }

    private static string[] Account(GatewayProcess gateway, string user, string key) => ["--user", user, "--key", key, "--gateway", gateway.Address.ToString()];

    private string NewPath(string extension) => Path.Combine(workshop.Root, $"{Guid.NewGuid():N}.{extension}");

    private Task<string> RunAsync(params string[] arguments) => Command.RunAsync(workshop.Root, workshop.Tool, arguments);
}
