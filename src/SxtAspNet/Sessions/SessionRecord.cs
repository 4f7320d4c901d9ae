using System.Text.Json;
using System.Text.Json.Serialization;

namespace SxtAspNet.Sessions;

/// <summary>What of a session is shared. Never the refresh token.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="GrantedAt">When it was granted.</param>
/// <param name="ExpiresAt">The access token's expiry.</param>
/// <param name="EndsAt">The session's end.</param>
/// <param name="Token">The access token; <see langword="null"/> after a logout.</param>
internal sealed record SessionRecord(
    long Generation, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt, DateTimeOffset EndsAt, string? Token)
{
    /// <summary>Part of the record's name: instances of another version don't read it.</summary>
    public const byte FormatVersion = 2;

    public static byte[] Write(Session session) => JsonSerializer.SerializeToUtf8Bytes(
        new SessionRecord(session.Generation, session.GrantedAt, session.ExpiresAt, session.EndsAt, session.AccessToken?.GetValue()),
        SessionJson.Default.SessionRecord);

    /// <summary>Reads a record; <see langword="null"/> when it is malformed.</summary>
    public static Session? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (JsonSerializer.Deserialize(bytes, SessionJson.Default.SessionRecord) is not { Generation: >= 0 } record)
            {
                return null;
            }

            var (generation, grantedAt, expiresAt, endsAt, token) = record;
            return new Session
            {
                Generation = generation,
                GrantedAt = grantedAt,
                AccessToken = token is null ? null : new SxtAccessToken(token, expiresAt < endsAt ? expiresAt : endsAt),
                ExpiresAt = expiresAt,
                EndsAt = endsAt,
            };
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Not the record's own, which would print the token.</summary>
    public override string ToString() => $"record of generation {Generation}";
}

/// <summary>What is written to the store, before it is sealed. A missing member is an error.</summary>
[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(RenewalNote))]
internal sealed partial class SessionJson : JsonSerializerContext;
