using SxtAspNet.Keys;

namespace SxtAspNet;

/// <summary>
/// A secret that a farm seals its shared session with, instead of deriving the seal from a signing key. All instances need the
/// same one; it opens nothing at Space and Time.
/// </summary>
public sealed class SxtSealSecret : IDisposable
{
    /// <summary>The least length of a secret, in bytes.</summary>
    public const int MinSize = 32;

    /// <summary>How much chance a text must have at least, in bits, judged by how its characters are spread.</summary>
    private const double LeastEntropy = 128;

    private readonly SecretBuffer<byte> _value;

    private SxtSealSecret(ReadOnlySpan<byte> value)
    {
        _value = new SecretBuffer<byte>(value.Length);
        value.CopyTo(_value.Span);
    }

    /// <summary>Makes it of its bytes; the caller's copy stays the caller's to clear.</summary>
    /// <param name="value">The secret.</param>
    /// <returns>The secret in locked memory; the caller disposes it.</returns>
    /// <exception cref="ArgumentException"><paramref name="value"/> is shorter than <see cref="MinSize"/>.</exception>
    public static SxtSealSecret FromBytes(ReadOnlySpan<byte> value) =>
        value.Length >= MinSize
            ? new SxtSealSecret(value)
            : throw new ArgumentException($"A seal has at least {MinSize} bytes.", nameof(value));

    /// <summary>
    /// Reads the content of a file or a vault's secret: at least 32 bytes in base64 or hex, or else a text of at least 32 characters that
    /// nobody can guess. White space around it does not count. The caller's copy stays the caller's to clear.
    /// </summary>
    /// <param name="content">The content.</param>
    /// <returns>The secret in locked memory; the caller disposes it.</returns>
    /// <exception cref="FormatException">It is too short or too easy to guess; the message never quotes it.</exception>
    public static SxtSealSecret Parse(ReadOnlySpan<byte> content)
    {
        var text = (content.StartsWith(KeyFormats.Utf8Bom) ? content[KeyFormats.Utf8Bom.Length..] : content).Trim(KeyFormats.Whitespace);
        if (text.IsEmpty)
        {
            throw Rejected("is empty");
        }

        using var decoded = EncodedSeed.Decode(text);
        if (decoded is not null)
        {
            return decoded.Span.Length >= MinSize ? new SxtSealSecret(decoded.Span) : throw Rejected($"has {decoded.Span.Length} bytes only");
        }

        return text.Length < MinSize ? throw Rejected($"has {text.Length} characters only")
            : Entropy(text) < LeastEntropy ? throw Rejected("could be guessed: it repeats few characters")
            : new SxtSealSecret(text);
    }

    /// <summary>Clears the memory that held it.</summary>
    public void Dispose() => _value.Dispose();

    /// <summary>Says what it is, never its value.</summary>
    public override string ToString() => "seal";

    /// <summary>Derives a secret, as signing keys do.</summary>
    internal bool TryDerive(ReadOnlySpan<byte> info, Span<byte> destination)
    {
        SealKey.DeriveSecret(_value.Span, info, destination);
        return true;
    }

    private static FormatException Rejected(string problem) => new(
        $"The seal {problem}; write at least {MinSize} random bytes in base64 or hex into it. To make one: dotnet sxt seal new FILE.");

    /// <summary>Shannon's entropy of the characters as they are spread here, times their number.</summary>
    private static double Entropy(ReadOnlySpan<byte> text)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var character in text)
        {
            counts[character]++;
        }

        var bits = 0.0;
        foreach (var count in counts)
        {
            bits -= count == 0 ? 0 : count * Math.Log2((double)count / text.Length);
        }

        return bits;
    }
}
