using System.Text.Unicode;
using Microsoft.Extensions.Logging;

namespace SxtAspNet;

/// <summary>
/// A key in a file: a signing key or an API key. The file is read at each opening: there is no cache, so a rotated key is seen at once.
/// </summary>
internal sealed class FileKeySource : ISxtKeySource, ISxtSealSource
{
    private readonly SecretFile _keyFile;
    private readonly SecretFile? _passwordFile;
    private readonly string? _password;
    private readonly ILogger _logger;

    internal FileKeySource(SxtKeyOptions options, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.File);
        if (!string.IsNullOrEmpty(options.Password) && !string.IsNullOrEmpty(options.PasswordFile))
        {
            throw new ArgumentException(
                $"The key file '{options.File}' has both {nameof(SxtKeyOptions.Password)} and " +
                $"{nameof(SxtKeyOptions.PasswordFile)}. Keep one of them.", nameof(options));
        }

        _keyFile = new SecretFile("key file", options.File, options.RequirePrivateFile, logger);
        _passwordFile = string.IsNullOrEmpty(options.PasswordFile)
            ? null
            : new SecretFile("password file", options.PasswordFile, options.RequirePrivateFile, logger);
        _password = options.Password;
        _logger = logger;
    }

    public override string ToString() => $"file {_keyFile.Path}";

    /// <remarks>A mount whose server is gone blocks the thread in the kernel, where no cancellation reaches; whoever opens keys has a limit for that.</remarks>
    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Open());

    public ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken) => ValueTask.FromResult(OpenSeal());

    private SxtCredential Open()
    {
        using SecretBuffer<char>? filePassword = _passwordFile is null ? null : ReadPassword(_passwordFile);
        ReadOnlySpan<char> password = filePassword is null ? _password : filePassword.Span;
        using SecretBuffer<byte> content = _keyFile.Read();
        SxtCredential key;
        try
        {
            key = SxtCredential.Parse(content.Span, password);
        }
        catch (FormatException exception)
        {
            throw _keyFile.Unavailable($"holds no usable key: {exception.Message}", exception);
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            KeyLog.KeyOpened(_logger, key.ToString()!, _keyFile.Path);
        }

        return key;
    }

    private SxtSealSecret OpenSeal()
    {
        using SecretBuffer<byte> content = _keyFile.Read();
        try
        {
            return SxtSealSecret.Parse(content.Span);
        }
        catch (FormatException exception)
        {
            throw _keyFile.Unavailable($"holds no usable seal: {exception.Message}", exception);
        }
    }

    private static SecretBuffer<char> ReadPassword(SecretFile file)
    {
        using SecretBuffer<byte> text = file.ReadText("password");
        var password = new SecretBuffer<char>(text.Span.Length);
        Utf8.ToUtf16(text.Span, password.Span, out _, out int written);
        password.Truncate(written);
        return password;
    }
}
