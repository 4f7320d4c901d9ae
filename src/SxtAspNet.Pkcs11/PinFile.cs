using Microsoft.Extensions.Logging;

namespace SxtAspNet.Pkcs11;

/// <summary>A file that holds a token's PIN, as UTF-8 like the PIN itself (PKCS#11, CK_UTF8CHAR). It is read each time and not kept.</summary>
internal sealed class PinFile(string path, bool requirePrivate, ILogger logger)
{
    private readonly SecretFile _file = new("PIN file", path, requirePrivate, logger);

    /// <remarks>What can be no PIN is refused here: a device would count it as a wrong try.</remarks>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: it can't be read, or holds no PIN.</exception>
    public SecretBuffer<byte> Read() => _file.ReadText("PIN");
}
