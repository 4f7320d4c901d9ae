namespace SxtAspNet.Keys;

/// <summary>
/// A signing key of the app's own, or of a device. Its public key is read once, while it is opened: later, a failure there would not be
/// known as the key's.
/// </summary>
internal sealed class ForeignKey : SxtSigningKey
{
    private readonly SxtSigningKey _key;

    private ForeignKey(SxtSigningKey key, byte[] publicKey) => (_key, PublicKey) = (key, publicKey);

    public override ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Takes over what a source has opened.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public static SxtCredential TakeOver(SxtCredential opened, object source)
    {
        if (opened is not SxtSigningKey key || key is SeedSigningKey)
        {
            return opened;
        }

        try
        {
            var publicKey = key.PublicKey.ToArray();
            return publicKey.Length == PublicKeySize ? new ForeignKey(key, publicKey) : throw new SxtAuthenticationException(
                SxtFailureReason.KeyUnavailable,
                $"The public key of the key from {source} has {publicKey.Length} bytes instead of {PublicKeySize}.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    public override ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => _key.SignAsync(data, cancellationToken);

    public override bool TryDeriveSecret(ReadOnlySpan<byte> info, Span<byte> destination) => _key.TryDeriveSecret(info, destination);

    public override string ToString() => _key.ToString()!;

    protected override void Dispose(bool disposing)
    {
        _key.Dispose();
        base.Dispose(disposing);
    }
}
