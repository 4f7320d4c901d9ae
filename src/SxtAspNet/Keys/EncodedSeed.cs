using System.Buffers;
using System.Buffers.Text;

namespace SxtAspNet;

/// <summary>A private key as hex or base64: the 32-byte seed, or the seed with the public key behind it.</summary>
internal static class EncodedSeed
{
    /// <summary>Length of a seed with its public key behind it, in bytes.</summary>
    internal const int PairSize = SxtSigningKey.SeedSize + SxtSigningKey.PublicKeySize;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Decodes hex, else base64 (lines may be wrapped); <see langword="null"/> when it is neither.</summary>
    internal static SecretBuffer<byte>? Decode(ReadOnlySpan<byte> text)
    {
        // 64 hex digits are base64 too, but of 48 bytes, which is no key: hex is what was meant.
        bool isHex = IsHex(text, out ReadOnlySpan<byte> hex);
        var buffer = new SecretBuffer<byte>(isHex ? hex.Length / 2 : Base64.GetMaxDecodedFromUtf8Length(text.Length));
        OperationStatus status = isHex
            ? Convert.FromHexString(hex, buffer.Span, out _, out int written)
            : Base64.DecodeFromUtf8(text, buffer.Span, out _, out written);
        if (status != OperationStatus.Done || written == 0)
        {
            buffer.Dispose();
            return null;
        }

        buffer.Truncate(written);
        return buffer;
    }

    /// <summary>Names the form of a text that was decoded to so many bytes.</summary>
    internal static string Describe(ReadOnlySpan<byte> text, int decodedLength) =>
        $"{(decodedLength == PairSize ? "seed and public key" : "seed")} in {(IsHex(text, out _) ? "hex" : "base64")}";

    /// <summary>Makes the key from decoded bytes. <paramref name="publicKey"/> may be empty.</summary>
    /// <param name="decoded">The seed, or the seed and the public key.</param>
    /// <param name="publicKey">The public key that the same source states.</param>
    /// <param name="what">Names the bytes in an error.</param>
    internal static SeedSigningKey Create(ReadOnlySpan<byte> decoded, ReadOnlySpan<byte> publicKey, string what)
    {
        if (decoded.Length is not (SxtSigningKey.SeedSize or PairSize))
        {
            throw KeyFormats.Rejected($"{what} is hex or base64 of {decoded.Length} bytes; 32 or 64 are needed.");
        }

        ReadOnlySpan<byte> seed = decoded[..SxtSigningKey.SeedSize];
        ReadOnlySpan<byte> second = decoded[SxtSigningKey.SeedSize..];
        if (!second.IsEmpty && !publicKey.IsEmpty && !second.SequenceEqual(publicKey))
        {
            throw KeyFormats.Rejected($"{what} ends with another public key than the one that is stated beside it.");
        }

        return SeedSigningKey.Create(seed, second.IsEmpty ? publicKey : second);
    }

    private static bool IsHex(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> digits)
    {
        digits = text.StartsWith("0x"u8) ? text[2..] : text;
        return !digits.IsEmpty && digits.Length % 2 == 0 && !digits.ContainsAnyExcept(HexDigits);
    }
}
