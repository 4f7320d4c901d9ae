using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Probing;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt probe</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var report = Inputs.OptionalFile("--report", "Writes the findings with their evidence to a new file, as Markdown (.md) or JSON (.json).");
        report.Validators.Add(CheckExtension);
        var profile = Inputs.OptionalFile("--profile", "Writes a profile to a new file, with which the emulator behaves like this gateway.");
        var yes = new Option<bool>("--yes") { Description = "Asks no question before it ends the user's sessions." };
        var options = new LoginOptions();
        var command = new Command("probe", "Finds out how a gateway behaves where nobody documents it, with fewer than thirty calls. It ends all sessions of the user.")
        {
            report, profile, yes,
        };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(report) is { } one && result.GetValue(profile) is { } other && Path.GetFullPath(one) == Path.GetFullPath(other))
            {
                result.AddError("--report and --profile name the same file; give two.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var files = (Report: parsed.GetValue(report), Profile: parsed.GetValue(profile));
            CheckNew(files.Report);
            CheckNew(files.Profile);
            using var account = options.Account(parsed);
            using var key = await options.Key(parsed).OpenAsync(account.Timeout, error, cancellationToken).ConfigureAwait(false);
            if (!parsed.GetValue(yes))
            {
                await ConfirmAsync(account, error, cancellationToken).ConfigureAwait(false);
            }

            using var wire = new ProbeWire(account.Gateway, account.Timeout, TimeProvider.System);
            var probe = new GatewayProbe(wire, account.UserId, key, cancellationToken);
            await probe.RunAsync().ConfigureAwait(false);
            var found = new ProbeReport(account.Gateway, TimeProvider.System.GetUtcNow(), wire, probe.Findings);
            List<string> written = [];
            try
            {
                // Nobody repeats a probe for a full disk: what one of them does not take, the others have.
                try
                {
                    Write(files.Report, IsJson(files.Report) ? found.ToJson() : found.ToMarkdown(), written, cancellationToken);
                }
                finally
                {
                    Write(files.Profile, Text(probe.Profile), written, cancellationToken);
                }
            }
            finally
            {
                await PrintAsync(parsed.InvocationConfiguration.Output, options.IsJson(parsed) ? found.ToJson() : found.ToText(), written).ConfigureAwait(false);
            }

            return wire.Stopped is null
                ? ExitCode.Success
                : throw new ToolException($"The probe stopped before the end: {wire.Stopped}. Repeat it later.");
        });
        return command;
    }

    private static bool IsJson(string? file) => string.Equals(Path.GetExtension(file), ".json", StringComparison.OrdinalIgnoreCase);

    private static void CheckExtension(OptionResult result)
    {
        if (result.Tokens is [{ Value: var file }]
            && !IsJson(file) && !string.Equals(Path.GetExtension(file), ".md", StringComparison.OrdinalIgnoreCase))
        {
            result.AddError("--report takes a file whose name ends with .md (Markdown) or .json.");
        }
    }

    /// <summary>Before any call: the findings of a probe are not to be lost for a name.</summary>
    private static void CheckNew(string? file)
    {
        if (file is not null && Path.Exists(file))
        {
            throw new ToolException($"The file '{file}' exists and was left as it is; give another name. Nothing was asked.");
        }

        if (file is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
        {
            throw new ToolException($"The file '{file}' can't be written, because its directory does not exist; create that first. Nothing was asked.");
        }
    }

    private static async Task ConfirmAsync(Account account, TextWriter error, CancellationToken cancellationToken)
    {
        var warning = $"The probe ends all sessions of '{account.UserId}' at {account.Gateway}, those of running apps too.";
        if (Console.IsInputRedirected)
        {
            throw new ToolException($"{warning} Give --yes if that is all right. Nothing was asked.");
        }

        await error.WriteAsync($"{SxtTool.Name}: {warning} Go on? [y/N] ").ConfigureAwait(false);
        var answer = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (answer?.Trim().ToUpperInvariant() is not ("Y" or "YES"))
        {
            throw new ToolException("Nothing was asked.");
        }
    }

    private static void Write(string? file, string content, List<string> written, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            NewFile.Write(file, Encoding.UTF8.GetBytes(content), cancellationToken);
            written.Add($"'{Path.GetFullPath(file)}'");
        }
    }

    private static async Task PrintAsync(TextWriter output, string found, List<string> written)
    {
        try
        {
            await output.WriteLineAsync(found).ConfigureAwait(false);
        }
        catch (OutputException failure)
        {
            var place = written.Count > 0 ? $"is in {string.Join(" and ", written)}" : "is lost; with --report, a file has it";
            throw new OutputException($"{failure.Message} What was found out {place}.", failure);
        }
    }

    private static string Text(SxtGatewayEmulatorOptions profile)
    {
        using var stream = new MemoryStream();
        profile.Save(stream);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
