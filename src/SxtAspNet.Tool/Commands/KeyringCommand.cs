using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt keyring list, dotnet sxt keyring add FILE</summary>
internal static class KeyringCommand
{
    private const string NewPasswordFile = "--new-password-file";

    public static Command Create() => new("keyring", "The user's keyring: the public keys that the user can log in with.")
    {
        CreateList(),
        CreateAdd(),
    };

    private static Command CreateList()
    {
        var options = new LoginOptions();
        var command = new Command("list", "Logs in and prints the public keys on the keyring, one a line.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var account = options.Account(parsed);
            using var key = await options.Key(parsed).OpenAsync(account.Timeout, parsed.InvocationConfiguration.Error, cancellationToken)
                .ConfigureAwait(false);
            var login = await account.LoginAsync(key, cancellationToken).ConfigureAwait(false);
            var keys = await account.Keyring.ListAsync(login.Grant.AccessToken, account.Timeout, cancellationToken).ConfigureAwait(false);
            await new Report()
                .Add("keys", keys)
                .WriteAsync(parsed.InvocationConfiguration.Output, options.IsJson(parsed))
                .ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateAdd()
    {
        var file = Inputs.File("FILE", "The key to add, a private key file: the gateway demands a signature by the new key. With --pkcs11, none: that names the key to add.");
        file.Arity = ArgumentArity.ZeroOrOne;
        var passwordFile = Inputs.PasswordFile(NewPasswordFile, "A file with the password of an encrypted FILE.");
        var device = new DeviceOptions();
        var options = new LoginOptions(mayBeDevice: false);
        var command = new Command("add", "Logs in with --key, adds another key to the keyring and prints its public key.") { file, passwordFile };
        device.AddTo(command);
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            var isFile = result.GetResult(file) is { Tokens.Count: > 0 };
            if (isFile == device.IsGiven(result))
            {
                result.AddError(isFile ? "Give a FILE or --pkcs11, not both." : "'FILE' missing; give the key to add, or --pkcs11 where it is in a device.");
            }

            if (!isFile && result.GetResult(passwordFile) is not null)
            {
                result.AddError($"{passwordFile.Name} goes with FILE.");
            }

            device.FindProblems(result, isNew: false).ToList().ForEach(result.AddError);
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            using var account = options.Account(parsed);
            using var key = await options.Key(parsed).OpenAsync(account.Timeout, error, cancellationToken).ConfigureAwait(false);
            KeyInput input = parsed.GetValue(file) is { } path
                ? new KeyFileInput(path, parsed.GetValue(passwordFile), NewPasswordFile)
                : new DeviceKeyInput(device.Named(parsed.CommandResult));
            using var added = await input.OpenAsync(account.Timeout, error, cancellationToken).ConfigureAwait(false);
            var isNew = await KeyAddition.RunAsync(account, key, added, cancellationToken).ConfigureAwait(false);
            await error.WriteLineAsync(
                $"{SxtTool.Name}: The key {(isNew ? "was added to" : "is already on")} the keyring of '{account.UserId}'.").ConfigureAwait(false);
            await new Report()
                .Add("publicKey", added.PublicKeyText)
                .AddToJson("added", isNew)
                .WriteAsync(parsed.InvocationConfiguration.Output, options.IsJson(parsed))
                .ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
