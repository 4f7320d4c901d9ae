using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt register</summary>
internal static class RegisterCommand
{
    public static Command Create()
    {
        var email = new Option<string>("--email")
        {
            Description = "The address of the new user.",
            HelpName = "ADDRESS",
            Required = true,
        };
        email.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var value }] && !value.Contains('@', StringComparison.Ordinal))
            {
                result.AddError("--email is no e-mail address.");
            }
        });
        var joinCode = new Option<string>("--join-code")
        {
            Description = "Joins a subscription that the user was invited to.",
            HelpName = "CODE",
        };
        var options = new LoginOptions();
        var command = new Command("register", "Makes a new user whose first key is --key, and prints what a login prints.") { email, joinCode };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            using var account = options.Account(parsed);
            using var key = await options.Key(parsed).OpenAsync(account.Timeout, error, cancellationToken).ConfigureAwait(false);
            var user = new NewUser(parsed.GetRequiredValue(email), parsed.GetValue(joinCode));
            var login = await account.RegisterAsync(key, user, cancellationToken).ConfigureAwait(false);
            await error.WriteLineAsync($"{SxtTool.Name}: The user '{account.UserId}' was made.").ConfigureAwait(false);
            await LoginCommand.ReportOf(account, key, login)
                .WriteAsync(parsed.InvocationConfiguration.Output, options.IsJson(parsed))
                .ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
