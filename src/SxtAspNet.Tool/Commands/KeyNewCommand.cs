using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt key new FILE</summary>
internal static class KeyNewCommand
{
    public static Command Create()
    {
        var file = Inputs.File("FILE", "The file to create: PKCS#8 in PEM, for its owner only. An existing one is never overwritten.");
        var command = new Command("new", "Makes a key pair, writes the private key to a file and prints the public key in base64.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var pair = KeyPair.Create();
            var path = Path.GetFullPath(parsed.GetRequiredValue(file));
            NewFile.Write(path, pair.Pem, cancellationToken);
            try
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(pair.PublicKey).ConfigureAwait(false);
            }
            catch (OutputException failure)
            {
                throw new OutputException(
                    $"{failure.Message} The new key is in '{path}'; '{SxtTool.Name} key show {path}' prints its public key.", failure);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
