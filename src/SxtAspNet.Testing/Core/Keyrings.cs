using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;

namespace SxtAspNet.Testing.Core;

/// <summary>The users, and the public keys and API keys that they may log in with.</summary>
internal sealed class Keyrings
{
    private readonly Dictionary<string, List<string>> _keysOfUsers = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, string> _usersOfApiKeys = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, SxtGatewayUser> _descriptions = new(StringComparer.Ordinal);

    public bool Exists(string userId) => _keysOfUsers.ContainsKey(userId);

    public IReadOnlyList<string> KeysOf(string userId) => _keysOfUsers.TryGetValue(userId, out var keys) ? keys : [];

    public SxtGatewayUser Describe(string userId) => _descriptions.GetValueOrDefault(userId) ?? new();

    public void SetDescription(string userId, SxtGatewayUser user) => _descriptions[userId] = user;

    public void AddUser(string userId) => _keysOfUsers.TryAdd(userId, []);

    public void AddKey(string userId, string key)
    {
        AddUser(userId);
        List<string> keys = _keysOfUsers[userId];
        if (!keys.Contains(key))
        {
            keys.Add(key);
        }
    }

    public void SetUserOfApiKey(string apiKey, string userId) => _usersOfApiKeys[apiKey] = userId;

    public void RemoveApiKey(string apiKey) => _usersOfApiKeys.TryRemove(apiKey, out _);

    public string? UserOf(string? apiKey) => apiKey is null ? null : _usersOfApiKeys.GetValueOrDefault(apiKey);

    public void RemoveKey(string userId, string key)
    {
        if (_keysOfUsers.TryGetValue(userId, out var keys))
        {
            keys.Remove(key);
        }
    }

    /// <summary>Reads a key as the protocol sends it: standard base64, with padding, of 32 bytes.</summary>
    public static bool TryReadKey(string text, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        byte[] bytes = new byte[SxtSigningKey.PublicKeySize];

        // Writing it again finds what the reader forgives: white space, and stray bits before the padding.
        return Convert.TryFromBase64String(text, bytes, out int length)
            && length == bytes.Length
            && Convert.ToBase64String(bytes) == text
            && PublicKey.TryImport(SignatureAlgorithm.Ed25519, bytes, KeyBlobFormat.RawPublicKey, out key);
    }

    /// <summary>Verifies a signature as the protocol sends it, lower-case hex of 64 bytes, over one of the messages.</summary>
    public static bool Verify(PublicKey key, byte[][] messages, string signature)
    {
        byte[] bytes = new byte[SxtSigningKey.SignatureSize];
        return signature.Length == 2 * bytes.Length
            && !signature.AsSpan().ContainsAnyInRange('A', 'Z')
            && Convert.FromHexString(signature, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && Array.Exists(messages, message => SignatureAlgorithm.Ed25519.Verify(key, message, bytes));
    }
}
