using System.Diagnostics;
using System.Globalization;

namespace WebFarm.Processes;

/// <summary>
/// Stops a process in its tracks (SIGSTOP), as a long garbage collection or a frozen virtual machine does. A shell holds
/// it that lets go when its pipe closes: so a killed parent leaves no process frozen.
/// </summary>
public sealed class Suspension : IAsyncDisposable
{
    // A stopped process can be told from a running one only after the signal: the shell says so.
    private const string Script = "kill -STOP \"$0\" && echo stopped; read -r _; kill -CONT \"$0\"";

    private readonly Process _holder;

    private Suspension(Process holder) => _holder = holder;

    /// <summary>Whether this system can suspend a process.</summary>
    public static bool IsSupported => !OperatingSystem.IsWindows();

    /// <exception cref="PlatformNotSupportedException">This system can't.</exception>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public static async Task<Suspension> StartAsync(int processId)
    {
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("Windows can't pause a process.");
        }

        var holder = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, processId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var suspension = new Suspension(holder);
        if (await holder.StandardOutput.ReadLineAsync() is null)
        {
            await suspension.DisposeAsync();
            throw new InvalidOperationException($"Process {processId} can't be paused; it has probably ended.");
        }

        return suspension;
    }

    /// <summary>Lets the process go on.</summary>
    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }
}
