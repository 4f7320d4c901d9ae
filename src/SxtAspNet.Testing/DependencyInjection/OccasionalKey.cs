using System.Security.Cryptography;

namespace SxtAspNet.Testing.DependencyInjection;

/// <summary>A key made for one emulator: all apps that are pointed at it have the same one, as a web farm has.</summary>
internal sealed class OccasionalKey : ISxtKeySource
{
    private readonly byte[] _seed = RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);

    public OccasionalKey()
    {
        using var key = SxtSigningKey.FromSeed(_seed);
        PublicKey = key.PublicKey.ToArray();
    }

    public ReadOnlyMemory<byte> PublicKey { get; }

    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => new(SxtSigningKey.FromSeed(_seed));

    public override string ToString() => "the emulator's key";
}
