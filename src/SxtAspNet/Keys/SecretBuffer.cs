using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SxtAspNet;

/// <summary>
/// Memory for a secret on its way. It is pinned, because a collection that moves an array leaves the old copy behind,
/// and it is cleared when it is disposed.
/// </summary>
internal sealed class SecretBuffer<T>(int capacity) : IDisposable
    where T : unmanaged
{
    private readonly T[] _array = GC.AllocateUninitializedArray<T>(capacity, pinned: true);
    private int _length = capacity;

    /// <summary>The secret. Not to be used after <see cref="Dispose"/>.</summary>
    internal Span<T> Span => _array.AsSpan(0, _length);

    /// <summary>Cuts the secret to the part that was filled; <see cref="Dispose"/> still clears all.</summary>
    internal void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_array.Length, nameof(length));
        _length = length;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_array.AsSpan()));
}
