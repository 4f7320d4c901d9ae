using System.Diagnostics;

namespace WebFarm.Processes;

/// <summary>
/// Runs a foreign program that knows nothing of this one, and ends it when the pipe from its parent closes: so also a
/// parent that was killed leaves nothing behind. It is this program itself, started as "guard -- program arguments".
/// </summary>
public static class Guard
{
    public const string Command = "guard";

    /// <summary>How to start a program under guard.</summary>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) =>
        new("dotnet", [typeof(Guard).Assembly.Location, Command, "--", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Tools are found by the manifest above the working directory.
            WorkingDirectory = AppContext.BaseDirectory,
        };

    /// <summary>The guard's own main: runs the program until it ends or standard input does.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(arguments[2], arguments[3..]) { RedirectStandardInput = true })!;

        // Ctrl+C reaches the whole group of processes; it is the parent that decides when the program ends.
        Console.CancelKeyPress += (_, cancel) => cancel.Cancel = true;
        var parentIsGone = Task.Run(() => Console.In.ReadToEnd());
        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(ended, parentIsGone) != ended)
        {
            process.Kill(entireProcessTree: true);
            await ended;
        }

        return process.ExitCode;
    }
}
