using System.Diagnostics;

namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>A program that is run to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(15);

    /// <returns>All that it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has all that it printed.</exception>
    public static Task<string> RunAsync(string folder, string program, params IEnumerable<string> arguments) => RunAsync(folder, [], program, arguments);

    /// <returns>All that it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has all that it printed.</exception>
    public static async Task<string> RunAsync(
        string folder, IEnumerable<(string Name, string Value)> environment, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Isolate(start);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var text = await output + await error;
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? text
                : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with exit code {process.ExitCode}:\n{text}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>A build of a new app is not part of the one that these tests run in, and leaves no build server behind.</summary>
    public static void Isolate(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
    }
}
