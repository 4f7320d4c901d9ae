using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SxtAspNet.Inbound;

/// <summary>
/// What a token is known by: the SHA-256 of its characters, so that what is remembered about it can't be presented.
/// </summary>
internal static class TokenKey
{
    public const int Length = 2 * SHA256.HashSizeInBytes;

    /// <summary>Writes the key, without anything on the heap.</summary>
    public static void Write(ReadOnlySpan<char> token, Span<char> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token), hash);
        Convert.TryToHexStringLower(hash, key, out _);
    }
}
