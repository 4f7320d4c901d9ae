using System.CommandLine;
using SxtAspNet.Pkcs11;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt key new FILE, dotnet sxt key new --pkcs11 LIBRARY …</summary>
internal static class KeyNewCommand
{
    public static Command Create()
    {
        var file = Inputs.File("FILE", "The file to create: PKCS#8 in PEM, for its owner only. An existing one is never overwritten.");
        file.Arity = ArgumentArity.ZeroOrOne;
        var device = new DeviceOptions();
        var command = new Command("new", "Makes a key pair, in a file or in a device, and prints the public key in base64.") { file };
        device.AddTo(command);
        command.Validators.Add(result =>
        {
            var isFile = result.GetResult(file) is { Tokens.Count: > 0 };
            if (isFile == device.IsGiven(result))
            {
                result.AddError(isFile ? "Give a FILE or --pkcs11, not both: a key in a device has no file." : "'FILE' missing; give one, or --pkcs11 for a key in a device.");
            }

            device.FindProblems(result, isNew: true).ToList().ForEach(result.AddError);
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (publicKey, place) = parsed.GetValue(file) is { } path
                ? MakeFile(Path.GetFullPath(path), cancellationToken)
                : await MakeInDeviceAsync(device.Named(parsed.CommandResult), parsed.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            await PublicKeyOutput.WriteAsync(parsed.InvocationConfiguration.Output, publicKey, place).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static (string PublicKey, string Place) MakeFile(string path, CancellationToken cancellationToken)
    {
        using var pair = KeyPair.Create();
        NewFile.Write(path, pair.Pem, cancellationToken);
        return (pair.PublicKey, $"The new key is in '{path}'; '{SxtTool.Name} key show {path}' prints its public key.");
    }

    private static async Task<(string PublicKey, string Place)> MakeInDeviceAsync(
        SxtPkcs11KeyOptions named, TextWriter error, CancellationToken cancellationToken)
    {
        var key = DeviceKey.From(named);
        try
        {
            // The module may block its thread, and Ctrl+C is to end the tool all the same.
            var made = await Task.Run(Make, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
            var publicKey = Convert.ToBase64String(made);
            return (publicKey, $"The new {key} is there, and its public key is {publicKey}.");
        }
        catch (SxtAuthenticationException failure)
        {
            throw new ToolException(Wording.ForDevice(failure.Message), failure);
        }

        byte[] Make()
        {
            using var pin = new PinFile(named.PinFile!, requirePrivate: false, new StderrLogger(error)).Read();
            return DeviceKeyMaker.Make(key, pin.Span);
        }
    }
}
