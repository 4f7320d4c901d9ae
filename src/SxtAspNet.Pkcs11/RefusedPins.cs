using System.Security.Cryptography;

namespace SxtAspNet.Pkcs11;

/// <summary>
/// Remembers which PIN a token refused, so that it is not tried again: a few wrong tries lock a token. Of a PIN only a keyed
/// hash is kept, and only of a wrong one.
/// </summary>
internal sealed class RefusedPins
{
    private readonly Lock _gate = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, byte[]> _refused = [];

    /// <summary>Held while a PIN is tried: two that try the same wrong one at once would be two tries.</summary>
    public Lock Trying { get; } = new();

    public bool Contains(string token, ReadOnlySpan<byte> pin)
    {
        var hash = HMACSHA256.HashData(_key, pin);
        lock (_gate)
        {
            return _refused.TryGetValue(token, out var refused) && CryptographicOperations.FixedTimeEquals(refused, hash);
        }
    }

    public void Add(string token, ReadOnlySpan<byte> pin)
    {
        var hash = HMACSHA256.HashData(_key, pin);
        lock (_gate)
        {
            _refused[token] = hash;
        }
    }
}
