using System.CommandLine;

namespace SxtAspNet.Tool;

/// <summary>The tool without its process: arguments in, two streams and an exit code out.</summary>
internal static class SxtTool
{
    /// <summary>As it is called; <c>dotnet sxt</c> runs the program dotnet-sxt.</summary>
    public const string Name = "dotnet sxt";

    /// <summary>Runs one command.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var line = new CommandLine(arguments);
            if (line.Problems() is { Count: > 0 } problems)
            {
                foreach (var problem in problems)
                {
                    await WriteErrorAsync(error, problem).ConfigureAwait(false);
                }

                return ExitCode.Usage;
            }

            // Signals and exceptions are ours: an exit code for each, and never a stack trace.
            var invocation = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await line.Parsed.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await WriteErrorAsync(error, "Stopped before the end.").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
        catch (OutputException failure)
        {
            await WriteErrorAsync(error, failure.Message).ConfigureAwait(false);
            return ExitCode.OutputLost;
        }
        catch (ToolException failure)
        {
            await WriteErrorAsync(error, failure.Message).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException failure)
        {
            await WriteErrorAsync(error, Wording.ForCommandLine(failure.Message)).ConfigureAwait(false);
        }
        catch (Exception bug)
        {
            // Its message is written for nobody in particular, so nothing vouches that it holds no secret.
            await WriteErrorAsync(error, $"An unexpected {bug.GetType().Name}; this is a bug of {Name}.").ConfigureAwait(false);
        }

        return ExitCode.Failure;
    }

    private static Task WriteErrorAsync(TextWriter error, string message) => error.WriteLineAsync($"{Name}: {message}");
}
