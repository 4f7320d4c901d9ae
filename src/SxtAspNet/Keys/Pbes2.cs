using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace SxtAspNet;

/// <summary>
/// Decrypts PKCS#8 that PBES2 encrypted (RFC 8018) with PBKDF2 and AES-CBC, which is what openssl writes.
/// <c>Pkcs8PrivateKeyInfo.DecryptAndDecode</c> of System.Security.Cryptography.Pkcs does the same, but takes no
/// version 2 inside, leaves the decrypted key on the heap, and works for as many rounds as the file asks for.
/// </summary>
internal static class Pbes2
{
    /// <summary>
    /// The file says how many rounds its password takes, before anything can be checked: a forged one would keep a
    /// processor busy for minutes. Ten million take a few seconds; openssl's default is 2048.
    /// </summary>
    internal const int MaxIterations = 10_000_000;

    private const string Advice = "Encrypt it again with: openssl pkcs8 -topk8 -v2 aes-256-cbc.";

    private const int BlockSize = 16;

    /// <returns><see langword="null"/> when the padding is wrong: a wrong password, or damage.</returns>
    /// <exception cref="AsnContentException">The parameters are malformed.</exception>
    internal static SecretBuffer<byte>? Decrypt(
        DerReader algorithm, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<char> password)
    {
        if (algorithm.ReadObjectIdentifier() != "1.2.840.113549.1.5.13")
        {
            throw KeyFormats.Rejected($"The key is encrypted by another scheme than PBES2. {Advice}");
        }

        DerReader parameters = algorithm.ReadSequence();
        algorithm.ThrowIfNotEmpty();
        Derivation derivation = ReadDerivation(parameters.ReadSequence());
        int keySize = ReadCipher(parameters.ReadSequence(), out ReadOnlySpan<byte> iv);
        parameters.ThrowIfNotEmpty();
        if ((derivation.KeySize ?? keySize) != keySize || iv.Length != BlockSize
            || ciphertext.IsEmpty || ciphertext.Length % BlockSize != 0)
        {
            throw KeyFormats.Rejected("The encrypted key is damaged: its lengths contradict each other.");
        }

        if (password.IsEmpty)
        {
            throw KeyFormats.Locked(
                "The key is encrypted, and no password was given; a key file has the settings PasswordFile and " +
                "Password.");
        }

        using var key = new SecretBuffer<byte>(keySize);
        DeriveKey(derivation, password, key.Span);
        using var aes = Aes.Create();
        aes.SetKey(key.Span);
        var plaintext = new SecretBuffer<byte>(ciphertext.Length);
        try
        {
            plaintext.Truncate(aes.DecryptCbc(ciphertext, iv, plaintext.Span));
            return plaintext;
        }
        catch (CryptographicException)
        {
            plaintext.Dispose();
            return null;
        }
    }

    private static void DeriveKey(Derivation derivation, ReadOnlySpan<char> password, Span<byte> key)
    {
        using var utf8 = new SecretBuffer<byte>(Encoding.UTF8.GetByteCount(password));
        Encoding.UTF8.GetBytes(password, utf8.Span);
        Rfc2898DeriveBytes.Pbkdf2(utf8.Span, derivation.Salt, key, derivation.Iterations, derivation.Hash);
    }

    private static Derivation ReadDerivation(DerReader algorithm)
    {
        if (algorithm.ReadObjectIdentifier() != "1.2.840.113549.1.5.12")
        {
            throw KeyFormats.Rejected($"The key is encrypted with another key derivation than PBKDF2. {Advice}");
        }

        DerReader parameters = algorithm.ReadSequence();
        algorithm.ThrowIfNotEmpty();
        var derivation = new Derivation { Salt = parameters.ReadOctetString() };
        if (!parameters.TryReadInt32(out int iterations) || iterations is < 1 or > MaxIterations)
        {
            throw KeyFormats.Rejected(
                $"The encrypted key asks for more PBKDF2 rounds than {MaxIterations}, or for none. {Advice}");
        }

        derivation.Iterations = iterations;
        if (parameters.NextIs(Asn1Tag.Integer))
        {
            derivation.KeySize = parameters.TryReadInt32(out int keySize) ? keySize : -1;
        }

        if (!parameters.Rest.IsEmpty)
        {
            derivation.Hash = ReadHash(parameters.ReadSequence());
        }

        parameters.ThrowIfNotEmpty();
        return derivation;
    }

    private static HashAlgorithmName ReadHash(DerReader algorithm) => algorithm.ReadObjectIdentifier() switch
    {
        "1.2.840.113549.2.7" => HashAlgorithmName.SHA1,
        "1.2.840.113549.2.9" => HashAlgorithmName.SHA256,
        "1.2.840.113549.2.10" => HashAlgorithmName.SHA384,
        "1.2.840.113549.2.11" => HashAlgorithmName.SHA512,
        _ => throw KeyFormats.Rejected($"The key is encrypted with an unusual hash in PBKDF2. {Advice}"),
    };

    private static int ReadCipher(DerReader algorithm, out ReadOnlySpan<byte> iv)
    {
        int keySize = algorithm.ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.1.2" => 16,
            "2.16.840.1.101.3.4.1.22" => 24,
            "2.16.840.1.101.3.4.1.42" => 32,
            _ => throw KeyFormats.Rejected($"The key is encrypted with another cipher than AES-CBC. {Advice}"),
        };
        iv = algorithm.ReadOctetString();
        algorithm.ThrowIfNotEmpty();
        return keySize;
    }

    private ref struct Derivation()
    {
        internal ReadOnlySpan<byte> Salt;
        internal int Iterations;
        internal int? KeySize;

        // What RFC 8018 means when the file names no hash.
        internal HashAlgorithmName Hash = HashAlgorithmName.SHA1;
    }
}
