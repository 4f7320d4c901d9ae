namespace SxtAspNet;

/// <summary>
/// What a login proves itself with: a signing key (<see cref="SxtSigningKey"/>) or an API key (<see cref="SxtApiKey"/>).
/// </summary>
public abstract class SxtCredential : IDisposable
{
    // Only the two kinds that a login knows what to do with.
    private protected SxtCredential()
    {
    }

    /// <summary>
    /// Reads an API key, or a signing key in any of the forms that <see cref="SxtSigningKey.Parse"/> accepts; the caller's
    /// copy stays the caller's to clear.
    /// </summary>
    /// <param name="data">The content of a key file or secret.</param>
    /// <param name="password">The password of an encrypted PKCS#8 key; empty for none.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="FormatException">
    /// The content is in none of the accepted forms; the message says what was found, never the content.
    /// </exception>
    public static SxtCredential Parse(ReadOnlySpan<byte> data, ReadOnlySpan<char> password = default) =>
        SxtApiKey.IsMeant(data) ? SxtApiKey.Read(data) : KeyFormats.Read(data, password);

    /// <summary>
    /// Derives a secret from the credential: HKDF-SHA256 with salt "SxtAspNet/v1" and the given <paramref name="info"/>. The
    /// farm seals its shared session with it.
    /// </summary>
    /// <param name="info">What the secret is for; another purpose gives another secret.</param>
    /// <param name="destination">Takes the secret.</param>
    /// <returns><see langword="false"/> when this is a key that can only sign; such a key can't share a session.</returns>
    public virtual bool TryDeriveSecret(ReadOnlySpan<byte> info, Span<byte> destination) => false;

    /// <summary>Releases the secret and clears the memory that held it.</summary>
    public abstract void Dispose();

    /// <summary>Whether the other one is the same key, so that it would be refused in the same way.</summary>
    internal abstract bool IsSameAs(SxtCredential other);
}
