using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt key show FILE</summary>
internal static class KeyShowCommand
{
    public static Command Create()
    {
        var file = Inputs.File("FILE", "A key file in any of the accepted forms.");
        var passwordFile = Inputs.PasswordFile(Wording.PasswordFile, "A file with the password of an encrypted key.");
        var json = Inputs.Json();
        var command = new Command("show", "Prints the public key and the form of a key file, never the private key.") { file, passwordFile, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var input = new KeyFileInput(parsed.GetRequiredValue(file), parsed.GetValue(passwordFile), Wording.PasswordFile);
            using var key = await input.OpenAsync(new SxtOptions().KeyTimeout, parsed.InvocationConfiguration.Error, cancellationToken)
                .ConfigureAwait(false);
            await new Report()
                .Add("publicKey", key.PublicKeyText)
                .AddToJson("form", key.Form)
                .WriteAsync(parsed.InvocationConfiguration.Output, parsed.GetValue(json))
                .ConfigureAwait(false);
            if (!parsed.GetValue(json))
            {
                // The key stands alone on stdout, for scripts.
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"form: {key.Form}".AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
