using System.Formats.Asn1;

namespace SxtAspNet;

/// <summary>
/// PKCS#8 in DER: OneAsymmetricKey of version 1 or 2 (RFC 5958, RFC 8410), which NSec reads only without attributes
/// and public key, and EncryptedPrivateKeyInfo around it.
/// </summary>
internal static class Pkcs8
{
    private const string Ed25519 = "1.3.101.112";

    private const string Damaged = "The PKCS#8 key is damaged: its DER is malformed.";

    // Nothing vouches for the decrypted bytes but their form, so the two causes can't be told apart.
    private const string WrongPassword =
        "The encrypted key can't be decrypted: the password is wrong, or the content is damaged.";

    private static readonly Asn1Tag Attributes = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag PublicKey = new(TagClass.ContextSpecific, 1);

    internal static SeedSigningKey Read(ReadOnlySpan<byte> der, ReadOnlySpan<char> password)
    {
        try
        {
            var outer = new DerReader(der);
            DerReader body = outer.ReadSequence();
            if (!outer.Rest.Trim(KeyFormats.Whitespace).IsEmpty)
            {
                throw KeyFormats.Rejected(Damaged);
            }

            if (body.NextIs(Asn1Tag.Integer))
            {
                return ReadPrivateKeyInfo(body);
            }

            DerReader first = body.ReadSequence();
            return body.NextIs(Asn1Tag.PrimitiveOctetString)
                ? ReadEncrypted(first, body, password)
                : throw KeyFormats.Rejected(body.NextIs(Asn1Tag.PrimitiveBitString)
                    ? "The content is a public key; the private key is needed."
                    : "The content is DER of another kind, such as a certificate.");
        }
        catch (AsnContentException)
        {
            throw KeyFormats.Rejected(Damaged);
        }
    }

    private static SeedSigningKey ReadEncrypted(DerReader algorithm, DerReader body, ReadOnlySpan<char> password)
    {
        ReadOnlySpan<byte> ciphertext = body.ReadOctetString();
        body.ThrowIfNotEmpty();
        using SecretBuffer<byte>? plaintext = Pbes2.Decrypt(algorithm, ciphertext, password);
        if (plaintext is null)
        {
            throw KeyFormats.Locked(WrongPassword);
        }

        try
        {
            var outer = new DerReader(plaintext.Span);
            DerReader inner = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            return ReadPrivateKeyInfo(inner).ReadFrom("encrypted PKCS#8");
        }
        catch (AsnContentException)
        {
            throw KeyFormats.Locked(WrongPassword);
        }
    }

    private static SeedSigningKey ReadPrivateKeyInfo(DerReader info)
    {
        const int version1 = 0;
        const int version2 = 1;
        if (!info.TryReadInt32(out int version)
            || version is not (version1 or version2)
            || !info.NextIs(Asn1Tag.Sequence))
        {
            throw KeyFormats.Rejected(
                "The content is DER, but not PKCS#8; it may be a key in the older RSA or EC format, or PKCS#12.");
        }

        DerReader algorithm = info.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        if (oid != Ed25519)
        {
            throw KeyFormats.Rejected($"The PKCS#8 key is {DescribeAlgorithm(oid)}.");
        }

        algorithm.ThrowIfNotEmpty();
        var wrapped = new DerReader(info.ReadOctetString());
        ReadOnlySpan<byte> seed = wrapped.ReadOctetString();
        wrapped.ThrowIfNotEmpty();
        if (seed.Length != SxtSigningKey.SeedSize)
        {
            throw KeyFormats.Rejected(
                $"The PKCS#8 key is damaged: its private key has {seed.Length} bytes instead of 32.");
        }

        if (info.NextIs(Attributes))
        {
            info.Skip();
        }

        // RFC 5958 has a public key in version 2 only. Some tools put it in version 1; the check below serves both.
        ReadOnlySpan<byte> publicKey = default;
        if (info.NextIs(PublicKey))
        {
            publicKey = info.ReadBitString(PublicKey);
            if (publicKey.Length != SxtSigningKey.PublicKeySize)
            {
                throw KeyFormats.Rejected(
                    $"The PKCS#8 key is damaged: its public key has {publicKey.Length} bytes instead of 32.");
            }
        }

        info.ThrowIfNotEmpty();
        return SeedSigningKey.Create(seed, publicKey).ReadFrom("PKCS#8");
    }

    private static string DescribeAlgorithm(string oid) => oid switch
    {
        "1.3.101.110" => "an X25519 key, which can't sign",
        "1.3.101.111" => "an X448 key, which can't sign",
        "1.3.101.113" => "an Ed448 key",
        "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.10" => "an RSA key",
        "1.2.840.10045.2.1" => "an EC key",
        "1.2.840.10040.4.1" => "a DSA key",
        _ => "of another algorithm than Ed25519",
    };
}
