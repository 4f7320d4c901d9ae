namespace SxtAspNet.Redis;

/// <summary>
/// Records in Redis, replaced by an atomic comparison. Whatever somebody put there, no more is read, kept or compared than
/// the first <see cref="Longest"/> bytes and one: a longer value is no record, and nobody can open what was cut.
/// </summary>
internal sealed class RedisSessionStore(RedisConnection connection) : ISxtSessionStore
{
    /// <summary>No record is longer, in bytes; they have one or two thousand.</summary>
    public const int Longest = 64 * 1024;

    // An empty argument stands for "there was no record". A record is never empty: an empty value is somebody else's.
    private const string ReplaceIfExpected = """
        local found = redis.call('GETRANGE', KEYS[1], 0, ARGV[4])
        if (ARGV[1] == '' and redis.call('EXISTS', KEYS[1]) == 0) or (ARGV[1] ~= '' and found == ARGV[1]) then
          redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
          return 1
        end
        return 0
        """;

    public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        connection.RunAsync(
            async database =>
            {
                // Nothing is read of a value that is not there, nor of an empty one. Of these only the latter is there, also
                // when it is read once more: in between, a record may have come.
                byte[] found = (await database.StringGetRangeAsync(key, 0, Longest).ConfigureAwait(false))!;
                return found.Length > 0 ? found
                    : await database.KeyExistsAsync(key).ConfigureAwait(false)
                        ? (byte[]?)await database.StringGetRangeAsync(key, 0, Longest).ConfigureAwait(false)
                        : null;
            },
            cancellationToken);

    public ValueTask<bool> TryReplaceAsync(
        string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var milliseconds = Math.Max(1, (long)timeToLive.TotalMilliseconds);
        return connection.RunAsync(
            async database => (bool)await database.ScriptEvaluateAsync(
                ReplaceIfExpected, [key], [expected ?? [], record, milliseconds, Longest]).ConfigureAwait(false),
            cancellationToken);
    }
}
