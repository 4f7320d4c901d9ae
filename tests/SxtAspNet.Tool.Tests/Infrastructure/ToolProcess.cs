using System.Diagnostics;
using System.Globalization;

namespace SxtAspNet.Tool.Tests.Infrastructure;

/// <summary>The built tool as a process of its own; disposing kills it if it still runs.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string>? _output;
    private readonly Task<string> _error;
    private bool _isUnread;

    private ToolProcess(string file, IEnumerable<string> arguments, bool isReadByLine = false)
    {
        _process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _output = isReadByLine ? null : _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static ToolProcess Start(params string[] arguments) => new("dotnet", [Assembly(), .. arguments]);

    /// <summary>
    /// Starts the tool as a terminal does. Tests that a script runs in the background have SIGINT ignored, and so would
    /// the processes that they start.
    /// </summary>
    public static ToolProcess StartInForeground(params string[] arguments) => StartInForeground(isReadByLine: false, arguments);

    /// <summary>Starts a command that goes on until it is told to stop, and whose lines are read as they come.</summary>
    public static ToolProcess StartServing(params string[] arguments) => StartInForeground(isReadByLine: true, arguments);

    public static async Task<ToolResult> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        return await process.WaitAsync();
    }

    /// <summary>Runs the tool under a umask.</summary>
    public static Task<ToolResult> RunUnderAsync(string umask, params string[] arguments) =>
        RunInShellAsync($"umask {umask}; exec dotnet \"$@\"", arguments);

    /// <summary>Runs the tool with these environment variables alone of those that name a host's environment.</summary>
    public static Task<ToolResult> RunInEnvironmentAsync(string variables, params string[] arguments) =>
        RunInShellAsync($"exec env -u DOTNET_ENVIRONMENT -u ASPNETCORE_ENVIRONMENT {variables} dotnet \"$@\"", arguments);

    /// <summary>Runs the tool with a redirection as a shell writes it.</summary>
    public static Task<ToolResult> RunRedirectedAsync(string redirection, params string[] arguments) =>
        RunInShellAsync($"exec dotnet \"$@\" {redirection}", arguments);

    /// <summary>Runs the tool as a user whom the modes of files bind, which root is not while it has its capabilities.</summary>
    public static Task<ToolResult> RunUnprivilegedAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunInShellAsync("exec setpriv --bounding-set -all dotnet \"$@\"", arguments)
        : RunAsync(arguments);

    /// <summary>The next line of stdout; empty at its end.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";

    /// <summary>Closes the reading end of stdout, as a program does that a pipe leads to and that ends.</summary>
    public void StopReading()
    {
        _process.StandardOutput.Close();
        _isUnread = true;
    }

    public async Task<ToolResult> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var output = _isUnread ? "" : await (_output ?? _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        return new ToolResult(_process.ExitCode, output, await _error);
    }

    /// <summary>Sends a signal by its name, such as INT, which is what Ctrl+C sends.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} \"$0\"", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ToolProcess StartInForeground(bool isReadByLine, string[] arguments) => OperatingSystem.IsLinux()
        ? new ToolProcess("env", ["--default-signal=INT", "dotnet", Assembly(), .. arguments], isReadByLine)
        : new ToolProcess("dotnet", [Assembly(), .. arguments], isReadByLine);

    private static async Task<ToolResult> RunInShellAsync(string command, string[] arguments)
    {
        await using var process = new ToolProcess("/bin/sh", ["-c", command, "sh", Assembly(), .. arguments]);
        return await process.WaitAsync();
    }

    /// <summary>The tool's own output, of the configuration and the framework of these tests.</summary>
    private static string Assembly()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        for (var folder = output; folder is not null; folder = folder.Parent)
        {
            var project = Path.Combine(folder.FullName, "src", "SxtAspNet.Tool");
            if (Directory.Exists(project))
            {
                return Path.Combine(project, "bin", output.Parent!.Name, output.Name, "SxtAspNet.Tool.dll");
            }
        }

        throw new DirectoryNotFoundException($"No src/SxtAspNet.Tool above {output.FullName}.");
    }
}
