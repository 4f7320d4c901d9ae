using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt seal new FILE</summary>
internal static class SealCommand
{
    public static Command Create() => new("seal", "The seal of a farm: what its shared session is encrypted with.") { CreateNew() };

    private static Command CreateNew()
    {
        var file = Inputs.File("FILE", "The file to create: 32 random bytes in base64, for its owner only. An existing one is never overwritten.");
        var command = new Command("new", "Makes a seal and writes it to a file. All instances of a farm need the same one.") { file };
        command.SetAction((parsed, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var random = new SecretBuffer<byte>(SxtSealSecret.MinSize);
            RandomNumberGenerator.Fill(random.Span);
            using var text = new SecretBuffer<byte>(Base64.GetMaxEncodedToUtf8Length(random.Span.Length) + 1);
            Base64.EncodeToUtf8(random.Span, text.Span, out _, out var written);
            text.Span[written] = (byte)'\n';
            NewFile.Write(parsed.GetRequiredValue(file), text.Span, cancellationToken);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
