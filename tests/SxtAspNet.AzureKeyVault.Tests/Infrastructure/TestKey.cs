using System.Security.Cryptography;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>A key pair of a test's own.</summary>
internal sealed class TestKey
{
    public TestKey()
    {
        using var key = SxtSigningKey.FromSeed(Seed);
        PublicKey = key.PublicKey.ToArray();
    }

    public byte[] Seed { get; } = RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);

    public ReadOnlyMemory<byte> PublicKey { get; }

    public string PublicKeyBase64 => Convert.ToBase64String(PublicKey.Span);

    /// <summary>What a secret holds: the seed in base64.</summary>
    public string Text => Convert.ToBase64String(Seed);
}
