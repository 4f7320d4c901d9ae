using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SxtAspNet.Keys;

namespace SxtAspNet;

/// <summary>
/// An API key (<c>sxt_…</c>), as Space and Time's studio makes them. It is exchanged for an access token at the network's
/// proxy, which holds a signing key of the user and logs in with it.
/// </summary>
public sealed class SxtApiKey : SxtCredential
{
    // Neither is documented. Shorter is a placeholder or half a key; longer is no header value any more.
    private const int ShortestLength = 20;
    private const int LongestLength = 512;

    private static readonly SearchValues<byte> Visible = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (byte)c)]);

    private readonly SecretBuffer<byte> _value;
    private volatile bool _disposed;

    private SxtApiKey(ReadOnlySpan<byte> value)
    {
        _value = new SecretBuffer<byte>(value.Length);
        value.CopyTo(_value.Span);
    }

    private static ReadOnlySpan<byte> Prefix => "sxt_"u8;

    /// <summary>Makes an API key of its text; white space around it does not count.</summary>
    /// <param name="value">The text.</param>
    /// <returns>The API key; the caller disposes it.</returns>
    /// <exception cref="FormatException">It is none; the message says why, and never quotes it.</exception>
    public static SxtApiKey FromValue(ReadOnlySpan<char> value)
    {
        using var bytes = new SecretBuffer<byte>(Encoding.UTF8.GetMaxByteCount(value.Length));
        return Read(bytes.Span[..Encoding.UTF8.GetBytes(value, bytes.Span)]);
    }

    /// <inheritdoc/>
    public override bool TryDeriveSecret(ReadOnlySpan<byte> info, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SealKey.DeriveSecret(_value.Span, info, destination);
        return true;
    }

    /// <summary>Says what it is, never its value.</summary>
    public override string ToString() => "API key";

    /// <inheritdoc/>
    public override void Dispose()
    {
        _disposed = true;
        _value.Dispose();
    }

    /// <summary>Whether a content is meant as an API key, right or wrong.</summary>
    internal static bool IsMeant(ReadOnlySpan<byte> content) => Trim(content).StartsWith(Prefix);

    /// <summary>Whether a text is meant as an API key, right or wrong.</summary>
    internal static bool IsMeant(ReadOnlySpan<char> text) => text.TrimStart().StartsWith("sxt_", StringComparison.Ordinal);

    /// <exception cref="FormatException">The content is no API key.</exception>
    internal static SxtApiKey Read(ReadOnlySpan<byte> content)
    {
        var value = Trim(content);
        return value switch
        {
            _ when !value.StartsWith(Prefix) => throw Rejected("does not begin with sxt_"),
            _ when value.ContainsAnyExcept(Visible) => throw Rejected("has white space or other characters inside that no API key has"),
            { Length: < ShortestLength } => throw Rejected("is too short"),
            { Length: > LongestLength } => throw Rejected("is too long"),
            _ => new SxtApiKey(value),
        };
    }

    /// <summary>The value, for the one call that presents it.</summary>
    internal string GetValue()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Encoding.ASCII.GetString(_value.Span);
    }

    internal override bool IsSameAs(SxtCredential other) =>
        other is SxtApiKey apiKey && CryptographicOperations.FixedTimeEquals(_value.Span, apiKey._value.Span);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> content) =>
        (content.StartsWith(KeyFormats.Utf8Bom) ? content[KeyFormats.Utf8Bom.Length..] : content).Trim(KeyFormats.Whitespace);

    private static FormatException Rejected(string problem) =>
        new($"The API key {problem}. Copy it whole from Space and Time's studio: it begins with sxt_, and has one line.");
}
