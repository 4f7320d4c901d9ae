using System.Globalization;
using System.Runtime.InteropServices;

namespace SxtAspNet.Tool;

/// <summary>The process around <see cref="SxtTool"/>: its streams and its signals.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;

        // The first signal gives up what is under way, so that nothing half done is left; a second one ends the process.
        using var stop = new CancellationTokenSource();
        var stoppedBy = ExitCode.Interrupted;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitCode.Interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitCode.Terminated));

        var exitCode = await SxtTool.RunAsync(arguments, StandardStream.OpenOutput(), StandardStream.OpenError(), stop.Token).ConfigureAwait(false);
        return exitCode == ExitCode.Interrupted ? stoppedBy : exitCode;

        void Stop(PosixSignalContext signal, int code)
        {
            if (!stop.IsCancellationRequested)
            {
                signal.Cancel = true;
                stoppedBy = code;
                stop.Cancel();
            }
        }
    }
}
