using System.Text;
using Microsoft.Extensions.Logging;
using SxtAspNet.Keys;
using SxtAspNet.Pkcs11;

namespace SxtAspNet.Tool;

/// <summary>A key that the command line names.</summary>
internal abstract record KeyInput
{
    /// <summary>Opens the key as an app does, with the same checks.</summary>
    /// <exception cref="ToolException">There is no usable key.</exception>
    public async Task<OpenKey> OpenAsync(TimeSpan timeout, TextWriter error, CancellationToken cancellationToken)
    {
        var source = Source(new StderrLogger(error));
        var opener = new KeyOpener(new KeySources(static options => options.Keys, [], []), new Runtime(TimeProvider.System));
        var options = new SxtOptions { KeyTimeout = timeout };
        try
        {
            var credential = await opener.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
            return credential is SxtSigningKey key
                ? new OpenKey(key, Word)
                : throw new ToolException($"The {source} holds an API key, which can't sign; give a file with a signing key.");
        }
        catch (SxtAuthenticationException failure)
        {
            throw new ToolException(Word(failure.Message), failure);
        }
    }

    protected abstract ISxtKeySource Source(ILogger logger);

    /// <summary>Says what an app's error says in the words of the command line.</summary>
    protected abstract string Word(string message);
}

/// <summary>A key in a PKCS#11 device.</summary>
internal sealed record DeviceKeyInput(SxtPkcs11KeyOptions Named) : KeyInput
{
    protected override ISxtKeySource Source(ILogger logger) => new Pkcs11KeySource(Named, requirePrivateFile: false, logger);

    protected override string Word(string message) => Wording.ForDevice(message);
}

/// <summary>A key file, and the file with its password.</summary>
/// <param name="File">The key file.</param>
/// <param name="PasswordFile">The password file, if any.</param>
/// <param name="PasswordOption">The option that gives the password file, for errors.</param>
internal sealed record KeyFileInput(string File, string? PasswordFile, string PasswordOption) : KeyInput
{
    protected override ISxtKeySource Source(ILogger logger)
    {
        RefuseKeyItself();
        return new FileKeySource(new SxtKeyOptions { File = File, PasswordFile = PasswordFile }, logger);
    }

    protected override string Word(string message) =>
        Wording.ForCommandLine(message).Replace(Wording.PasswordFile, PasswordOption, StringComparison.Ordinal);

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

/// <summary>A key that was opened.</summary>
internal sealed class OpenKey(SxtSigningKey key, Func<string, string> word) : IDisposable
{
    public ReadOnlyMemory<byte> PublicKey => key.PublicKey;

    public string PublicKeyText { get; } = Convert.ToBase64String(key.PublicKey.Span);

    public SecretBuffer<byte> ExportSeed() => ((SeedSigningKey)key).ExportSeed();

    public string Form => ((SeedSigningKey)key).Form;

    /// <exception cref="ToolException">It does not sign.</exception>
    public async Task<byte[]> SignAsync(string challenge, CancellationToken cancellationToken)
    {
        try
        {
            return await key.SignAsync(Encoding.UTF8.GetBytes(challenge), cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException failure)
        {
            throw new ToolException(word(failure.Message), failure);
        }
    }

    public void Dispose() => key.Dispose();
}
