using Microsoft.Extensions.Logging;

namespace SxtAspNet.Pkcs11;

/// <summary>A file that holds a token's PIN; one trailing line break is not part of it. It is read each time and not kept.</summary>
internal sealed class PinFile(string path, bool requirePrivate, ILogger logger)
{
    private readonly SecretFile _file = new("PIN file", path, requirePrivate, logger);

    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: it can't be read, or holds no PIN.</exception>
    public SecretBuffer<byte> Read()
    {
        var content = _file.Read();
        try
        {
            content.Truncate(content.Span switch
            {
                [.., (byte)'\r', (byte)'\n'] => content.Span.Length - 2,
                [.., (byte)'\n'] => content.Span.Length - 1,
                _ => content.Span.Length,
            });
            return content.Span.IsEmpty ? throw _file.Unavailable("holds an empty PIN. Write the PIN into it.") : content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }
}
