using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;
using SxtAspNet.Keys;

namespace SxtAspNet;

/// <summary>A signing key made from its seed. NSec keeps it in locked memory, outside the managed heap.</summary>
internal sealed class SeedSigningKey : SxtSigningKey
{
    private readonly Key _key;
    private readonly byte[] _publicKey;
    private volatile bool _disposed;

    internal SeedSigningKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
        {
            throw new ArgumentException(
                $"The seed of an Ed25519 key has {SeedSize} bytes, not {seed.Length}.", nameof(seed));
        }

        // Deriving a secret needs the seed again, and NSec hands it out only if that was allowed at import.
        var parameters = new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        _key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, parameters);
        _publicKey = _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public override ReadOnlyMemory<byte> PublicKey
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _publicKey;
        }
    }

    /// <summary>The form that it was read from, as people call it.</summary>
    internal string Form { get; private set; } = "seed";

    /// <summary>Makes the key if <paramref name="publicKey"/> is the public key of <paramref name="seed"/>.</summary>
    internal static bool TryCreate(
        ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey, [NotNullWhen(true)] out SeedSigningKey? key)
    {
        var candidate = new SeedSigningKey(seed);
        if (!publicKey.SequenceEqual(candidate._publicKey))
        {
            candidate.Dispose();
            key = null;
            return false;
        }

        key = candidate;
        return true;
    }

    /// <summary>Makes the key and checks that <paramref name="publicKey"/>, unless empty, is its public key.</summary>
    /// <exception cref="FormatException">The public key belongs to another key.</exception>
    internal static SeedSigningKey Create(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.IsEmpty)
        {
            return new SeedSigningKey(seed);
        }

        return TryCreate(seed, publicKey, out SeedSigningKey? key)
            ? key
            : throw KeyFormats.Rejected("The content is damaged: its public key does not belong to its private key.");
    }

    /// <summary>Names the form that this key was read from.</summary>
    internal SeedSigningKey ReadFrom(string form)
    {
        Form = form;
        return this;
    }

    public override ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<byte[]>(cancellationToken);
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        return ValueTask.FromResult(SignatureAlgorithm.Ed25519.Sign(_key, data.Span));
    }

    public override bool TryDeriveSecret(ReadOnlySpan<byte> info, Span<byte> destination)
    {
        using var seed = ExportSeed();
        SealKey.DeriveSecret(seed.Span, info, destination);
        return true;
    }

    internal SecretBuffer<byte> ExportSeed()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var seed = new SecretBuffer<byte>(SeedSize);
        if (_key.TryExport(KeyBlobFormat.RawPrivateKey, seed.Span, out _))
        {
            return seed;
        }

        seed.Dispose();
        throw new InvalidOperationException("The key can't be exported.");
    }

    /// <summary>Names the key by its public half, as logs and debuggers show it.</summary>
    public override string ToString() => $"Ed25519 key with public key {Convert.ToBase64String(_publicKey)}";

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        if (disposing)
        {
            _key.Dispose();
        }

        base.Dispose(disposing);
    }
}
