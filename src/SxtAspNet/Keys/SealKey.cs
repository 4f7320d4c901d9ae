using System.Security.Cryptography;
using NSec.Cryptography;

namespace SxtAspNet.Keys;

/// <summary>
/// A secret key for what instances share, derived from a signing key's seed or an API key (HKDF-SHA256), so that there is
/// nothing more to configure or to distribute. It can't be turned back into what it was derived from.
/// </summary>
internal sealed class SealKey : IDisposable
{
    public const int IdSize = 16;

    private SealKey(byte[] id, Key key) => (Id, Key) = (id, key);

    /// <summary>Names the key in records; derived too, so it says nothing of the key.</summary>
    public byte[] Id { get; }

    public Key Key { get; }

    /// <summary>Derives the key from a secret that is there for it alone.</summary>
    public static SealKey Derive(SxtSealSecret seal) => Derive(seal.TryDerive)!;

    /// <summary>Derives the key from a credential.</summary>
    /// <returns><see langword="null"/> when it is a key that can only sign.</returns>
    public static SealKey? Derive(SxtCredential credential) => Derive(credential.TryDeriveSecret);

    private delegate bool TryDerive(ReadOnlySpan<byte> info, Span<byte> destination);

    private static SealKey? Derive(TryDerive derive)
    {
        var id = new byte[IdSize];
        Span<byte> secret = stackalloc byte[AeadAlgorithm.XChaCha20Poly1305.KeySize];
        try
        {
            return derive("key-id"u8, id) && derive("seal"u8, secret)
                ? new SealKey(id, Key.Import(AeadAlgorithm.XChaCha20Poly1305, secret, KeyBlobFormat.RawSymmetricKey))
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Derives one secret of a credential from its bytes: the same way for both kinds.</summary>
    public static void DeriveSecret(ReadOnlySpan<byte> credential, ReadOnlySpan<byte> info, Span<byte> destination) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, credential, destination, "SxtAspNet/v1"u8, info);

    public void Dispose() => Key.Dispose();
}
