using System.Buffers.Binary;
using System.Text;

namespace SxtAspNet.Sessions;

/// <summary>
/// The bytes of a shared session: format version, generation, access token's expiry, session's end, access token
/// (empty after a logout). Big-endian; instants in Unix milliseconds. Never the refresh token.
/// </summary>
internal static class SessionRecord
{
    public const byte FormatVersion = 1;

    private const int HeaderSize = 1 + (3 * sizeof(long));

    public static byte[] Write(Session session)
    {
        var token = session.AccessToken?.GetValue() ?? "";
        var record = new byte[HeaderSize + Encoding.UTF8.GetByteCount(token)];
        record[0] = FormatVersion;
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(1), session.Generation);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(9), session.ExpiresAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(17), session.EndsAt.ToUnixTimeMilliseconds());
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
        var latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        var expires = BinaryPrimitives.ReadInt64BigEndian(record[9..]);
        var ends = BinaryPrimitives.ReadInt64BigEndian(record[17..]);
        if (generation < 0 || generation > latest || expires < 0 || expires > latest || ends < 0 || ends > latest)
        {
            return null;
        }

        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(expires);
        var endsAt = DateTimeOffset.FromUnixTimeMilliseconds(ends);
        var token = Encoding.UTF8.GetString(record[HeaderSize..]);
        return new Session
        {
            Generation = generation,
            AccessToken = token.Length == 0 ? null : new SxtAccessToken(token, expiresAt < endsAt ? expiresAt : endsAt),
            ExpiresAt = expiresAt,
            EndsAt = endsAt,
        };
    }
}
