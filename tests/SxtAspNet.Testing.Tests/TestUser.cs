using System.Text;
using NSec.Cryptography;

namespace SxtAspNet.Testing.Tests;

internal sealed class TestUser(string id)
{
    private readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

    public string Id => id;

    public ReadOnlyMemory<byte> PublicKey => _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    public string PublicKeyText => Convert.ToBase64String(PublicKey.Span);

    public string Sign(string text) =>
        Convert.ToHexStringLower(SignatureAlgorithm.Ed25519.Sign(_key, Encoding.UTF8.GetBytes(text)));
}
