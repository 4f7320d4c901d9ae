using System.Security.Cryptography;
using NSec.Cryptography;

namespace SxtAspNet.Tool;

/// <summary>A new key pair, from the system's generator: its private key as a PEM file, its public key in base64.</summary>
internal sealed class KeyPair : IDisposable
{
    private readonly SecretBuffer<byte> _pem;

    private KeyPair(string publicKey, SecretBuffer<byte> pem)
    {
        PublicKey = publicKey;
        _pem = pem;
    }

    public string PublicKey { get; }

    /// <summary>The private key in PKCS#8 (RFC 8410) and PEM, as <c>openssl genpkey</c> writes it.</summary>
    public ReadOnlySpan<byte> Pem => _pem.Span;

    public static KeyPair Create()
    {
        var exportable = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using var key = Key.Create(SignatureAlgorithm.Ed25519, exportable);
        using var der = new SecretBuffer<byte>(key.GetExportBlobSize(KeyBlobFormat.PkixPrivateKey));
        if (!key.TryExport(KeyBlobFormat.PkixPrivateKey, der.Span, out var length))
        {
            throw new InvalidOperationException("The key can't be exported.");
        }

        der.Truncate(length);
        var label = "PRIVATE KEY"u8;
        var pem = new SecretBuffer<byte>(PemEncoding.GetEncodedSize(label.Length, length) + 1);
        if (!PemEncoding.TryWriteUtf8(label, der.Span, pem.Span, out var written))
        {
            throw new InvalidOperationException("The key does not fit into its PEM.");
        }

        pem.Span[written] = (byte)'\n';
        pem.Truncate(written + 1);
        return new KeyPair(Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), pem);
    }

    public void Dispose() => _pem.Dispose();
}
