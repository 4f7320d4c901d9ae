using System.Diagnostics.CodeAnalysis;

namespace SxtAspNet;

/// <summary>
/// An Ed25519 signing key. <see cref="FromSeed"/> and <see cref="Parse"/> make one that is held in locked memory;
/// derive from this class for a key that never leaves its hardware.
/// </summary>
[SuppressMessage(
    "ApiDesign", "RS0022", Justification = "The base class has no protected member to expose; it is closed since a login knows two kinds only.")]
public abstract class SxtSigningKey : SxtCredential
{
    /// <summary>Length of a private key's seed, in bytes (RFC 8032).</summary>
    public const int SeedSize = 32;

    /// <summary>Length of a public key, in bytes (RFC 8032).</summary>
    public const int PublicKeySize = 32;

    /// <summary>Length of a signature, in bytes (RFC 8032).</summary>
    public const int SignatureSize = 64;

    /// <summary>The 32 bytes of the public key. It is read once, when the key is opened.</summary>
    public abstract ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Makes a key from its 32-byte seed; the caller's copy stays the caller's to clear.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="ArgumentException"><paramref name="seed"/> is not 32 bytes long.</exception>
    public static SxtSigningKey FromSeed(ReadOnlySpan<byte> seed) => new SeedSigningKey(seed);

    /// <summary>Reads a key in any of the accepted forms; the caller's copy stays the caller's to clear.</summary>
    /// <remarks>
    /// Accepted are PKCS#8 in PEM or DER (RFC 8410), also encrypted with PBES2; the 32-byte seed, or the seed and the
    /// public key, in base64 or hex; a .env file of the Python SDK; a credentials.json of the Node.js SDK; a file of the Go SDK; an
    /// OKP JWK (RFC 8037); and the 64 raw bytes of seed and public key. A public key beside the private one must
    /// belong to it. 32 raw bytes are refused: nothing tells them from a public key.
    /// </remarks>
    /// <param name="data">The content of a key file or secret.</param>
    /// <param name="password">The password of an encrypted PKCS#8 key; empty for none.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="FormatException">
    /// The content is in none of the accepted forms (an API key is none: <see cref="SxtCredential.Parse"/> reads it too); the
    /// message says what was found, never the content.
    /// </exception>
    public static new SxtSigningKey Parse(ReadOnlySpan<byte> data, ReadOnlySpan<char> password = default) =>
        KeyFormats.Read(data, password);

    /// <summary>Signs <paramref name="data"/> with Ed25519.</summary>
    /// <param name="data">What to sign.</param>
    /// <param name="cancellationToken">Cancels signing, where the key is in a device that can be slow.</param>
    /// <returns>The 64 bytes of the signature.</returns>
    public abstract ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public sealed override void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    internal sealed override bool IsSameAs(SxtCredential other) =>
        other is SxtSigningKey key && key.PublicKey.Span.SequenceEqual(PublicKey.Span);

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
    }
}
