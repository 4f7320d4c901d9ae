using System.Security.Cryptography;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>A signing key that all instances of a farm have.</summary>
internal sealed class SharedKey : ISxtKeySource
{
    private readonly byte[] _seed = RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);

    public SharedKey()
    {
        using var key = SxtSigningKey.FromSeed(_seed);
        PublicKey = key.PublicKey.ToArray();
    }

    public ReadOnlyMemory<byte> PublicKey { get; }

    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => new(SxtSigningKey.FromSeed(_seed));

    public override string ToString() => "the farm's key";
}
