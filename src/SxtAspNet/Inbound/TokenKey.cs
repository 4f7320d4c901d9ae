using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace SxtAspNet.Inbound;

/// <summary>
/// What a token is known by: the SHA-256 of its characters, so that what is remembered about it can't be presented.
/// </summary>
internal static class TokenKey
{
    public const int Length = 2 * SHA256.HashSizeInBytes;

    /// <summary>Longer than the gateway's tokens are; longer ones need a buffer from the pool.</summary>
    private const int UsualToken = 1024;

    /// <summary>Writes the key, usually without anything on the heap.</summary>
    /// <returns><see langword="false"/>: it is no token, for it has characters that are not ASCII.</returns>
    public static bool TryWrite(ReadOnlySpan<char> token, Span<char> key)
    {
        if (token.Length <= UsualToken)
        {
            return TryWrite(token, stackalloc byte[UsualToken], key);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(token.Length);
        var isWritten = TryWrite(token, buffer, key);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return isWritten;
    }

    private static bool TryWrite(ReadOnlySpan<char> token, Span<byte> buffer, Span<char> key)
    {
        if (Ascii.FromUtf16(token, buffer, out var length) != OperationStatus.Done)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..length], hash);
        return Convert.TryToHexStringLower(hash, key, out _);
    }
}
