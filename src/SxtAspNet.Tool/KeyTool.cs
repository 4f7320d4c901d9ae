using System.CommandLine;
using System.CommandLine.Invocation;
using SxtAspNet.Tool.Commands;

namespace SxtAspNet.Tool;

/// <summary>The tool without its process: arguments in, two streams and an exit code out.</summary>
internal static class KeyTool
{
    public const string Name = "sxt-key";

    /// <summary>Runs one command.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var parsed = Parse(arguments);
            if (parsed.Action is ParseErrorAction)
            {
                foreach (var problem in parsed.Errors)
                {
                    await WriteErrorAsync(error, problem.Message).ConfigureAwait(false);
                }

                await error.WriteLineAsync($"Run '{Name} --help', or '{Name} COMMAND --help'.").ConfigureAwait(false);
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
            return await parsed.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await WriteErrorAsync(error, "Stopped before the end.").ConfigureAwait(false);
            return ExitCode.Interrupted;
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

    private static ParseResult Parse(string[] arguments)
    {
        var root = new RootCommand("Makes and shows Space and Time signing keys, tries a login, lists and adds the keys of a user.")
        {
            NewCommand.Create(),
            ShowCommand.Create(),
            LoginCommand.Create(),
            KeysCommand.Create(),
        };
        root.HelpName = Name;

        // A file name may well begin with an at sign.
        return root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    private static Task WriteErrorAsync(TextWriter error, string message) => error.WriteLineAsync($"{Name}: {message}");
}
