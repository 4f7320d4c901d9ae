using SxtAspNet.Packages.Tests.Infrastructure;

namespace SxtAspNet.Packages.Tests;

/// <summary>The tool as it is installed from its package.</summary>
public sealed class ToolTests(Workshop workshop)
{
    [Theory]
    [InlineData("")]
    [InlineData("key new")]
    [InlineData("key show")]
    [InlineData("key wrap")]
    [InlineData("seal new")]
    [InlineData("keyring list")]
    [InlineData("keyring add")]
    [InlineData("login")]
    [InlineData("register")]
    [InlineData("probe")]
    [InlineData("emulator")]
    public async Task Each_command_explains_itself(string command)
    {
        var help = await RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Contains("Usage:", help, StringComparison.Ordinal);
        Assert.Contains($"dotnet sxt {command}".TrimEnd(), help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_made_logged_in_with_and_added()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        string[] account = ["--user", GatewayProcess.User, "--key", gateway.Key, "--gateway", gateway.Address.ToString()];
        var backup = Path.Combine(workshop.Root, $"{Guid.NewGuid():N}.pem");

        var publicKey = (await RunAsync("key", "new", backup)).Trim();
        Assert.Contains(publicKey, await RunAsync("key", "show", backup), StringComparison.Ordinal);
        Assert.Contains($"user: {GatewayProcess.User}", await RunAsync(["login", .. account]), StringComparison.Ordinal);
        Assert.Contains(publicKey, await RunAsync(["keyring", "add", backup, .. account]), StringComparison.Ordinal);
        Assert.Contains(publicKey, await RunAsync(["keyring", "list", .. account]), StringComparison.Ordinal);
        await RunAsync("seal", "new", Path.Combine(workshop.Root, $"{Guid.NewGuid():N}.seal"));
    }

    private Task<string> RunAsync(params string[] arguments) => Command.RunAsync(workshop.Root, workshop.Tool, arguments);
}
