using Microsoft.Extensions.Logging;
using Net.Pkcs11Interop.Common;

namespace SxtAspNet.Pkcs11;

/// <summary>A key in a PKCS#11 device. Each opening is a session with the token; disposing the key closes it.</summary>
internal sealed class Pkcs11KeySource(SxtPkcs11KeyOptions options, bool requirePrivateFile, ILogger logger) : ISxtKeySource
{
    private readonly DeviceKey _key = DeviceKey.From(options);
    private readonly PinFile _pinFile = new(options.PinFile!, requirePrivateFile, logger);

    public override string ToString() => _key.ToString();

    /// <remarks>It blocks its thread as long as the module does; whoever opens keys has a limit for that.</remarks>
    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken)
    {
        using var pin = _pinFile.Read();
        var session = TokenSession.Open(_key, SessionType.ReadOnly, pin.Span);
        try
        {
            return ValueTask.FromResult<SxtCredential>(session.Use(opened => DeviceSigningKey.Find(session, opened, _key)));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
