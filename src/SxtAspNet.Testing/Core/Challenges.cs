using System.Security.Cryptography;
using System.Text;

namespace SxtAspNet.Testing.Core;

internal enum ChallengePurpose
{
    Login,
    AddKey,
}

/// <summary>The codes that have been handed out and not yet been answered.</summary>
internal sealed class Challenges
{
    private readonly Dictionary<string, Challenge> _open = new(StringComparer.Ordinal);

    public int Count => _open.Count;

    public string Issue(ChallengePurpose purpose, string userId, string? prefix, DateTimeOffset expiresAt)
    {
        string code = RandomNumberGenerator.GetHexString(22, lowercase: true);
        _open.Add(code, new Challenge(purpose, userId, prefix, expiresAt));
        return code;
    }

    /// <summary>
    /// Takes a challenge out, whoever asks: also an attempt that fails uses it up, unless it may be used again.
    /// </summary>
    /// <returns>
    /// The messages of which one is to be signed, since SDKs differ on the prefix: with it and without; none when there is no
    /// such challenge for this user any more.
    /// </returns>
    public byte[][] Take(ChallengePurpose purpose, string userId, string code, bool isReusable, DateTimeOffset now) =>
        (isReusable ? _open.TryGetValue(code, out Challenge? challenge) : _open.Remove(code, out challenge))
            && challenge.Purpose == purpose
            && challenge.UserId == userId
            && now < challenge.ExpiresAt
            ? [.. new[] { challenge.Prefix + code, code }.Distinct().Select(Encoding.UTF8.GetBytes)]
            : [];

    public void Forget(DateTimeOffset now)
    {
        foreach ((string code, Challenge challenge) in _open)
        {
            if (challenge.ExpiresAt <= now)
            {
                _open.Remove(code);
            }
        }
    }

    private sealed record Challenge(ChallengePurpose Purpose, string UserId, string? Prefix, DateTimeOffset ExpiresAt);
}
