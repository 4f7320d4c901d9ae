using System.Diagnostics;
using System.Text.RegularExpressions;
using SxtAspNet.Testing;

namespace SxtAspNet.Docs.Tests;

/// <summary>
/// Runs what the pages print for a shell, in an empty folder and against an emulator: each block that needs nothing but our tool and openssl.
/// <see cref="NotRun"/> says why the others are not run.
/// </summary>
public sealed partial class ShellTests
{
    private const string Device = "/usr/lib/softhsm/libsofthsm2.so";

    /// <summary>In the place of `dotnet`: the tool as it was built, at the emulator.</summary>
    private const string Prelude =
        """
        set -eo pipefail
        dotnet() {
          if [ "$1" != sxt ]; then return 0; fi
          shift
          case $1 in
            emulator) timeout --signal INT --preserve-status 3 dotnet "$TOOL" "$@" || [ $? -eq 130 ] ;;
            probe) command dotnet "$TOOL" "$@" --gateway "$GATEWAY" --yes ;;
            login|register|keyring) command dotnet "$TOOL" "$@" --gateway "$GATEWAY" ;;
            *) command dotnet "$TOOL" "$@" ;;
          esac
        }
        """;

    private static readonly string Tool = Path.Combine(AppContext.BaseDirectory, "SxtAspNet.Tool.dll");

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Blocks => [.. Runnable.Keys];

    private static IReadOnlyDictionary<string, CodeBlock> Runnable { get; } = Page.All
        .SelectMany(page => page.Blocks)
        .Where(block => block.Language == "bash" && CommandLine.Of(block).All(command => Commands.IsMatch(command.Text)))
        .ToDictionary(block => block.ToString());

    /// <summary>Installing the tool is left to SxtAspNet.Packages.Tests.</summary>
    [GeneratedRegex("^(dotnet sxt|dotnet tool install|openssl|umask) ")]
    private static partial Regex Commands { get; }

    /// <summary>Commands that are not run here, and why.</summary>
    private static (Regex Command, string Reason)[] NotRun { get; } =
    [
        (Packages, "SxtAspNet.Packages.Tests makes such apps, with the packages as they are packed; package names and versions are checked"),
        (Repository, "builds or tests this repository, as CI does"),
        (Measurements, "takes minutes; that the project is there is checked, and the options of samples/WebFarm"),
        (Scripts, "takes minutes to hours; that the script is there is checked"),
        (Azure, "needs an Azure subscription"),
        (Image, "needs a container registry"),
        (StuckLock, "needs a Redis with a farm whose lock is stuck"),
    ];

    [GeneratedRegex("^dotnet (nuget add source|new (web|worker|xunit)|add (package|reference)|tool update|user-secrets|publish -c Release -r|run$)")]
    private static partial Regex Packages { get; }

    [GeneratedRegex("^dotnet (build|test|format|pack)( |$)")]
    private static partial Regex Repository { get; }

    [GeneratedRegex("^dotnet (run --project|publish) (samples|tests)/")]
    private static partial Regex Measurements { get; }

    [GeneratedRegex(@"^\.ci/")]
    private static partial Regex Scripts { get; }

    /// <summary>Also the lines beside it that keep what it printed.</summary>
    [GeneratedRegex("""^(az |\w+=\$\(az |group=|public=|echo "\$public")""")]
    private static partial Regex Azure { get; }

    [GeneratedRegex("^dotnet publish .*/t:PublishContainer")]
    private static partial Regex Image { get; }

    [GeneratedRegex("^redis-cli ")]
    private static partial Regex StuckLock { get; }

    [GeneratedRegex(@"(--key|key show) (?<file>[^\s)]+\.pem)")]
    private static partial Regex PresentKeys { get; }

    [Fact]
    public void A_block_that_is_not_run_has_a_reason() => Assert.Empty(Page.All
        .SelectMany(page => page.Blocks)
        .Where(block => block.Language == "bash" && !Runnable.ContainsKey(block.ToString()))
        .SelectMany(CommandLine.Of)
        .Where(command => !Commands.IsMatch(command.Text) && !NotRun.Any(rule => rule.Command.IsMatch(command.Text)))
        .Select(command => $"{command.Block}: {command.Text}"));

    [Fact]
    public void A_reason_is_that_of_a_command() => Assert.Empty(NotRun
        .Where(rule => !Page.All.SelectMany(page => page.Blocks).Where(block => block.Language == "bash").SelectMany(CommandLine.Of).Any(command => rule.Command.IsMatch(command.Text)))
        .Select(rule => rule.Reason));

    [Fact]
    public void There_are_blocks_to_run() => Assert.InRange(Runnable.Count, 10, int.MaxValue);

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task A_block_for_the_shell_runs(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These blocks are for bash.");
        var block = Runnable[name];
        Assert.SkipWhen(block.Text.Contains(Device, StringComparison.Ordinal) && !File.Exists(Device), "SoftHSM (Debian: softhsm2) is not installed.");
        Assert.SkipWhen(block.Text.Contains("openssl", StringComparison.Ordinal) && !IsInstalled("openssl"), "openssl is not installed.");
        var folder = Directory.CreateTempSubdirectory("sxt-docs-");
        try
        {
            await using var gateway = await SxtGatewayEmulator.StartAsync(new() { RegisterUnknownUsers = true }, cancellationToken: TestContext.Current.CancellationToken);
            var (code, output) = await RunAsync(Script(block, gateway.BaseAddress, folder.FullName), folder.FullName, gateway.BaseAddress);

            Assert.True(code == 0, $"{block} ended with {code}: {output}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The block, behind what its text takes for granted: a key that is on the keyring, an app, a device.</summary>
    private static string Script(CodeBlock block, Uri gateway, string folder)
    {
        List<string> script = [Prelude];
        var text = block.Text.Replace("/run/secrets/", "", StringComparison.Ordinal).Replace(" --port 5199", "", StringComparison.Ordinal);
        foreach (var file in PresentKeys.Matches(text).Select(match => match.Groups["file"].Value).Distinct()
            .Where(file => !text.Contains($"key new {file}", StringComparison.Ordinal)))
        {
            script.Add($"dotnet sxt key new {file} && dotnet sxt login --user orders-service --key {file}");
        }

        if (text.Contains("doctor --project", StringComparison.Ordinal))
        {
            var settings = $$"""{ "Sxt": { "GatewayUrl": "{{gateway}}", "UserId": "orders-service", "Keys": [ { "File": "{{folder}}/sxt.pem" } ] } }""";
            script.Add($"mkdir -p src/Orders && printf '%s' '{settings}' > src/Orders/appsettings.json");
        }

        if (text.Contains(Device, StringComparison.Ordinal))
        {
            script.Add($"export SOFTHSM2_CONF={folder}/softhsm2.conf && mkdir tokens && echo 'directories.tokendir = {folder}/tokens' > softhsm2.conf");
            script.Add("printf 1234 > pin && softhsm2-util --init-token --free --label prod --pin 1234 --so-pin 1234");
        }

        return string.Join('\n', [.. script, text]);
    }

    private static async Task<(int Code, string Output)> RunAsync(string script, string folder, Uri gateway)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TOOL"] = Tool, ["GATEWAY"] = gateway.AbsoluteUri, ["DOTNET_NOLOGO"] = "1" },
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, program)));
}
