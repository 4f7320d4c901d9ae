using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>sxt-key new FILE</summary>
internal static class NewCommand
{
    public static Command Create()
    {
        var file = Inputs.File("FILE", "The file to create: PKCS#8 in PEM, for its owner only. An existing one is never overwritten.");
        var command = new Command("new", "Makes a key pair, writes the private key to a file and prints the public key in base64.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var pair = KeyPair.Create();
            NewFile.Write(parsed.GetRequiredValue(file), pair.Pem, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(pair.PublicKey).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
