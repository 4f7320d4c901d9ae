using System.Runtime.InteropServices;
using WebFarm;
using WebFarm.Check;
using WebFarm.Live;
using WebFarm.Processes;

if (args is [Guard.Command, ..])
{
    return await Guard.RunAsync(args);
}

CommandLine options;
try
{
    options = CommandLine.Parse(args);
}
catch (FormatException problem)
{
    await Console.Error.WriteLineAsync($"{problem.Message}\n\n{CommandLine.Usage}");
    return 2;
}

if (options.IsHelp)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

// Ctrl+C and a stop by the system end the farm in good order: no process is left.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    if (!options.IsCheck)
    {
        await new LivePage(options, Console.Out).RunAsync(stop.Token);
        return 0;
    }

    var result = await new CheckRun(options, Console.Out).RunAsync(stop.Token);
    Console.WriteLine(result.ToJson());
    return result.Verdict == "pass" ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped before the end.");
    return 130;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
