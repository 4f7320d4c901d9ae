namespace SxtAspNet.Redis;

/// <summary>Records in Redis, replaced by an atomic comparison.</summary>
internal sealed class RedisSessionStore(RedisConnection connection) : ISxtSessionStore
{
    // An empty argument stands for "there was no record". A record is never empty: an empty value is somebody else's.
    private const string ReplaceIfExpected = """
        local found = redis.call('GET', KEYS[1])
        if (ARGV[1] == '' and not found) or (ARGV[1] ~= '' and found == ARGV[1]) then
          redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
          return 1
        end
        return 0
        """;

    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        return await database.StringGetAsync(key).ConfigureAwait(false);
    }

    public async ValueTask<bool> TryReplaceAsync(
        string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var milliseconds = Math.Max(1, (long)timeToLive.TotalMilliseconds);
        var result = await database.ScriptEvaluateAsync(
            ReplaceIfExpected, [key], [expected ?? [], record, milliseconds]).ConfigureAwait(false);
        return (bool)result;
    }
}
