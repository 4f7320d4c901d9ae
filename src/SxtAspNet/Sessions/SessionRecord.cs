using System.Buffers.Binary;
using System.Text;

namespace SxtAspNet.Sessions;

/// <summary>
/// The bytes of a shared session: format version, generation, when it was granted, access token's expiry, session's end, access token
/// (empty after a logout). Big-endian; instants in Unix milliseconds. Never the refresh token.
/// </summary>
internal static class SessionRecord
{
    public const byte FormatVersion = 2;

    private const int HeaderSize = 1 + (4 * sizeof(long));

    public static byte[] Write(Session session)
    {
        var token = session.AccessToken?.GetValue() ?? "";
        var record = new byte[HeaderSize + Encoding.UTF8.GetByteCount(token)];
        record[0] = FormatVersion;
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(1), session.Generation);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(9), session.GrantedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(17), session.ExpiresAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(25), session.EndsAt.ToUnixTimeMilliseconds());
        Encoding.UTF8.GetBytes(token, record.AsSpan(HeaderSize));
        return record;
    }

    /// <summary>Reads a record; <see langword="null"/> when it is of another format or malformed.</summary>
    public static Session? Read(ReadOnlySpan<byte> record)
    {
        if (record.Length < HeaderSize || record[0] != FormatVersion)
        {
            return null;
        }

        var generation = BinaryPrimitives.ReadInt64BigEndian(record[1..]);
        if (generation < 0
            || Instant(record[9..]) is not { } grantedAt
            || Instant(record[17..]) is not { } expiresAt
            || Instant(record[25..]) is not { } endsAt)
        {
            return null;
        }

        var token = Encoding.UTF8.GetString(record[HeaderSize..]);
        return new Session
        {
            Generation = generation,
            GrantedAt = grantedAt,
            AccessToken = token.Length == 0 ? null : new SxtAccessToken(token, expiresAt < endsAt ? expiresAt : endsAt),
            ExpiresAt = expiresAt,
            EndsAt = endsAt,
        };
    }

    private static DateTimeOffset? Instant(ReadOnlySpan<byte> bytes)
    {
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
    }
}
