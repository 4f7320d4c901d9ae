using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SxtAspNet.Outbound;

/// <summary>
/// Remembers all headers with tokens that an identity presented, as hashes. A request message can be kept and sent again
/// at any time, so the memory lasts as long as the process: at a token every 20 minutes for more than a year.
/// </summary>
internal sealed class PresentedTokens
{
    private const int Most = 32_768;

    private readonly ConcurrentDictionary<UInt128, bool> _known = [];
    private readonly ConcurrentQueue<UInt128> _order = [];

    public bool Contains(string header) => _known.ContainsKey(Hash(header));

    public void Add(string header)
    {
        var hash = Hash(header);
        if (!_known.TryAdd(hash, true))
        {
            return;
        }

        _order.Enqueue(hash);
        if (_order.Count > Most && _order.TryDequeue(out var oldest))
        {
            _known.TryRemove(oldest, out _);
        }
    }

    private static UInt128 Hash(string header)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(header.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
