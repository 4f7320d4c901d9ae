using System.Text;
using SxtAspNet.Keys;

namespace SxtAspNet.Tool;

/// <summary>A key file that the command line names, and the file with its password.</summary>
/// <param name="File">The key file.</param>
/// <param name="PasswordFile">The password file, if any.</param>
/// <param name="PasswordOption">The option that gives the password file, for errors.</param>
internal sealed record KeyInput(string File, string? PasswordFile, string PasswordOption)
{
    /// <summary>Opens the key as an app does, with the same checks of the file.</summary>
    /// <exception cref="ToolException">There is no usable key in the file.</exception>
    public async Task<OpenKey> OpenAsync(TimeSpan timeout, TextWriter error, CancellationToken cancellationToken)
    {
        RefuseKeyItself();
        var source = new FileKeySource(new SxtKeyOptions { File = File, PasswordFile = PasswordFile }, new StderrLogger(error));
        var opener = new KeyOpener(new KeySources(static options => options.Keys, [], []), new Runtime(TimeProvider.System));
        var options = new SxtOptions { KeyTimeout = timeout };
        try
        {
            var credential = await opener.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
            return credential is SxtSigningKey key
                ? new OpenKey(key)
                : throw new ToolException($"The key file '{File}' holds an API key, which can't sign; give a file with a signing key.");
        }
        catch (SxtAuthenticationException failure)
        {
            var message = Wording.ForCommandLine(failure.Message);
            throw new ToolException(message.Replace(Wording.PasswordFile, PasswordOption, StringComparison.Ordinal), failure);
        }
    }

    /// <summary>A key in place of a file: as a path it would be quoted in an error, and it may be a private one.</summary>
    private void RefuseKeyItself()
    {
        if (Path.Exists(File))
        {
            return;
        }

        using var decoded = EncodedSeed.Decode(Encoding.UTF8.GetBytes(File));
        if (decoded?.Span.Length is SxtSigningKey.SeedSize or EncodedSeed.PairSize)
        {
            throw new ToolException(
                "A key was given where the path of a key file belongs; give the path of the file with the private key (a public key alone does not do).");
        }
    }
}

/// <summary>A key that was opened from a file.</summary>
internal sealed class OpenKey(SxtSigningKey key) : IDisposable
{
    public ReadOnlyMemory<byte> PublicKey => key.PublicKey;

    public string PublicKeyText { get; } = Convert.ToBase64String(key.PublicKey.Span);

    public SecretBuffer<byte> ExportSeed() => ((SeedSigningKey)key).ExportSeed();

    public string Form => ((SeedSigningKey)key).Form;

    public async Task<byte[]> SignAsync(string challenge, CancellationToken cancellationToken) =>
        await key.SignAsync(Encoding.UTF8.GetBytes(challenge), cancellationToken).ConfigureAwait(false);

    public void Dispose() => key.Dispose();
}
