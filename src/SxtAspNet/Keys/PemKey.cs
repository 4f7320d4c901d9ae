using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace SxtAspNet;

/// <summary>A PKCS#8 key in PEM (RFC 7468), with any text around it, such as the header that openssl prints.</summary>
internal static class PemKey
{
    private static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    internal static bool IsPem(ReadOnlySpan<byte> text) => text.IndexOf(Begin) >= 0;

    internal static SeedSigningKey Read(ReadOnlySpan<byte> text, ReadOnlySpan<char> password)
    {
        if (text.Count(Begin) > 1)
        {
            throw KeyFormats.Rejected("The content has several PEM blocks; keep the private key alone.");
        }

        if (DescribeForeignLabel(text[(text.IndexOf(Begin) + Begin.Length)..]) is { } foreign)
        {
            throw KeyFormats.Rejected($"The PEM block is {foreign}.");
        }

        if (!PemEncoding.TryFindUtf8(text, out PemFields fields))
        {
            throw KeyFormats.Rejected(text.IndexOf("\\n"u8) >= 0
                ? "The PEM block has the two characters \\n where line breaks belong."
                : "The PEM block is damaged: its END line is missing or differs, or its lines are not base64.");
        }

        using var der = new SecretBuffer<byte>(fields.DecodedDataLength);
        OperationStatus status = Base64.DecodeFromUtf8(text[fields.Base64Data], der.Span, out _, out int written);
        if (status != OperationStatus.Done)
        {
            throw KeyFormats.Rejected("The PEM block is damaged: its lines are not base64.");
        }

        der.Truncate(written);
        SeedSigningKey key = Pkcs8.Read(der.Span, password);
        return key.ReadFrom($"{key.Form} in PEM");
    }

    private static string? DescribeForeignLabel(ReadOnlySpan<byte> label)
    {
        if (label.StartsWith("PRIVATE KEY-----"u8) || label.StartsWith("ENCRYPTED PRIVATE KEY-----"u8))
        {
            return null;
        }

        return label.StartsWith("OPENSSH PRIVATE KEY"u8) ? "a private key in OpenSSH's own format"
            : label.StartsWith("RSA PRIVATE KEY"u8) ? "an RSA key"
            : label.StartsWith("EC P"u8) ? "an EC key"
            : label.StartsWith("DSA P"u8) ? "a DSA key"
            : label.StartsWith("PUBLIC KEY"u8) || label.StartsWith("RSA PUBLIC KEY"u8)
                ? "a public key; the private key is needed"
            : label.StartsWith("CERTIFICATE"u8) || label.StartsWith("TRUSTED CERTIFICATE"u8)
                ? "a certificate or a request for one; the private key is needed"
            : label.StartsWith("PGP "u8) ? "a PGP key"
            : "of an unknown kind";
    }
}
