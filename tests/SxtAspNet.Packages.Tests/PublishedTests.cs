using SxtAspNet.Packages.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Packages.Tests;

/// <summary>Apps that carry their runtime with them, published without a warning.</summary>
public sealed class PublishedTests(Workshop workshop)
{
    [Fact]
    public async Task Native_apps_share_one_session()
    {
        var linker = Linker();
        Assert.SkipWhen(linker is null, "Neither clang nor gcc is on this machine, which links native apps: install one (Debian: apt-get install gcc) and put it on PATH.");
        var folder = await workshop.PublishAsync("NativeAot", linker);
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        await using var redis = await RedisServer.StartGarnetAsync(TestContext.Current.CancellationToken);
        var program = Path.Combine(folder, "NativeAot");
        await using var first = await WebApp.StartAsync(gateway, program, [], Redis(redis));
        Assert.Contains("BLOCK_NUMBER", await first.GetAsync("/blocks"), StringComparison.Ordinal);

        await using var second = await WebApp.StartAsync(gateway, program, [], Redis(redis));

        Assert.Contains("BLOCK_NUMBER", await second.GetAsync("/blocks"), StringComparison.Ordinal);
        Assert.Equal("Healthy", await second.GetAsync("/health"));
        Assert.Equal(1, gateway.Count("/v1/auth/token"));
        TestContext.Current.SendDiagnosticMessage($"native: {new FileInfo(program).Length / 1024.0 / 1024:0.0} MB");
    }

    /// <summary>Its first key is in a vault that is not there.</summary>
    [Fact]
    public async Task A_trimmed_single_file_has_an_authenticated_call()
    {
        var folder = await workshop.PublishAsync("Trimmed");
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        await using var app = RunningApp.Start(
            Path.Combine(folder, OperatingSystem.IsWindows() ? "Trimmed.exe" : "Trimmed"),
            [],
            [
                .. gateway.Settings.Where(setting => setting.Name != "Sxt__Keys__0__File"),
                ("Sxt__Keys__0__AzureKeyVault__VaultUri", "https://127.0.0.1:1"),
                ("Sxt__Keys__0__AzureKeyVault__Secret", "sxt"),
                ("Sxt__Keys__1__File", gateway.Key),
            ]);

        await app.WaitForAsync("the vault can't be reached");
        await app.WaitForAsync("BLOCK_NUMBER");
        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Empty(Directory.GetFiles(folder, "*.dll"));
    }

    private static (string Name, string Value) Redis(RedisServer server) => ("ConnectionStrings__redis", server.Configuration);

    /// <summary>What the SDK needs to be told to link with what is here; nothing for clang, which it looks for itself.</summary>
    private static string[]? Linker() =>
        OperatingSystem.IsWindows() || IsOnPath("clang") ? []
        : IsOnPath("gcc") ? ["-p:CppCompilerAndLinker=gcc", "-p:LinkerFlavor=bfd"]
        : null;

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
