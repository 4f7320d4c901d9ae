using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SxtAspNet.Tool;

/// <summary>The help of a command, and below it what holds for all of them.</summary>
internal sealed class HelpText(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly (int Code, string Meaning)[] ExitCodes =
    [
        (ExitCode.Success, "it worked"),
        (ExitCode.Failure, "it failed, or the doctor found something wrong; the output says why, and what to do"),
        (ExitCode.Usage, "the command line can't be understood; nothing was done"),
        (ExitCode.OutputLost, "it was done, but stdout is closed or full; stderr says what was lost"),
        (ExitCode.Interrupted, "stopped by Ctrl+C (SIGINT)"),
        (ExitCode.Terminated, "stopped by SIGTERM"),
    ];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Forms of key files:");
        foreach (var form in KeyFormats.Forms)
        {
            output.WriteLine($"  {form}");
        }

        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var (exitCode, meaning) in ExitCodes)
        {
            output.WriteLine($"  {exitCode,-5}{meaning}");
        }

        return code;
    }
}
