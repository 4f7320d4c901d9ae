using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;
using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>
/// Encryption at rest: XChaCha20-Poly1305 under a seal key, bound to the format, the gateway, the user, the record's
/// name and the key's id, so that a record can't be put in the place of another. Layout: format version, key id,
/// nonce, ciphertext with tag.
/// </summary>
internal sealed class SessionCipher(SealKeyRing keys, SessionIdentity identity)
{
    private const byte FormatVersion = 1;

    private static readonly AeadAlgorithm Algorithm = AeadAlgorithm.XChaCha20Poly1305;
    private static readonly int HeaderSize = 1 + SealKey.IdSize + AeadAlgorithm.XChaCha20Poly1305.NonceSize;

    private readonly string _binding = $"SxtAspNet/v{FormatVersion}\n{Origin.Of(identity.GatewayUrl)}\n{identity.UserId}\n";

    /// <summary>Seals a record.</summary>
    /// <returns><see langword="null"/> when there is no key to seal with.</returns>
    public byte[]? Seal(string name, ReadOnlySpan<byte> plaintext)
    {
        if (keys.Sealing is not { } key)
        {
            return null;
        }

        var record = new byte[HeaderSize + plaintext.Length + Algorithm.TagSize];
        record[0] = FormatVersion;
        key.Id.CopyTo(record.AsSpan(1));
        var nonce = record.AsSpan(1 + SealKey.IdSize, Algorithm.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        Algorithm.Encrypt(key.Key, nonce, AssociatedData(name, key.Id), plaintext, record.AsSpan(HeaderSize));
        return record;
    }

    /// <summary>Opens a record.</summary>
    /// <returns><see langword="null"/> when it can't be opened; it is not to be trusted then.</returns>
    public byte[]? Open(string name, ReadOnlySpan<byte> record)
    {
        if (!HasKeyId(record) || keys.Find(KeyId(record)) is not { } key)
        {
            return null;
        }

        var nonce = record.Slice(1 + SealKey.IdSize, Algorithm.NonceSize);
        return Algorithm.Decrypt(key.Key, nonce, AssociatedData(name, key.Id), record[HeaderSize..]);
    }

    /// <summary>Whether reading the key sources again may help to open a record.</summary>
    public bool IsReasonToReload(ReadOnlySpan<byte> record) =>
        HasKeyId(record) && !IsKeyKnown(record) && keys.IsReasonToReload(KeyId(record));

    /// <summary>Whether the key is here that a record was sealed with.</summary>
    public bool IsKeyKnown(ReadOnlySpan<byte> record) => HasKeyId(record) && keys.Find(KeyId(record)) is not null;

    /// <summary>Whether something has the layout of a record.</summary>
    public static bool HasKeyId(ReadOnlySpan<byte> record) =>
        record.Length >= HeaderSize + Algorithm.TagSize && record[0] == FormatVersion;

    /// <summary>Which key a record was sealed with.</summary>
    public static ReadOnlySpan<byte> KeyId(ReadOnlySpan<byte> record) => record.Slice(1, SealKey.IdSize);

    private byte[] AssociatedData(string name, byte[] keyId) => [.. Encoding.UTF8.GetBytes(_binding + name + "\n"), .. keyId];
}
