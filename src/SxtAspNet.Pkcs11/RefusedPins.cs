using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SxtAspNet.Pkcs11;

/// <summary>
/// Remembers which PINs a token refused, so that none is tried again: a few wrong tries lock a token. Of a PIN only a keyed
/// hash is kept, and only of a wrong one.
/// </summary>
internal sealed class RefusedPins
{
    /// <summary>By the token, whichever path its module was loaded from: a link to a module is another path to the same tokens.</summary>
    private static readonly ConcurrentDictionary<string, RefusedPins> Tokens = new(StringComparer.Ordinal);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Held while a PIN is tried, and by whoever asks or adds: two that try the same wrong one at once would be two tries.</summary>
    public Lock Trying { get; } = new();

    public static RefusedPins Of(string token) => Tokens.GetOrAdd(token, static _ => new RefusedPins());

    public bool Contains(ReadOnlySpan<byte> pin) => _refused.Contains(Hash(pin));

    public void Add(ReadOnlySpan<byte> pin) => _refused.Add(Hash(pin));

    private string Hash(ReadOnlySpan<byte> pin) => Convert.ToHexString(HMACSHA256.HashData(_key, pin));
}
