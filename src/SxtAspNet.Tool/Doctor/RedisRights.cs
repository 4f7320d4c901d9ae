using StackExchange.Redis;
using SxtAspNet.Redis;

namespace SxtAspNet.Tool.Doctor;

/// <summary>
/// Finds out what a user may not do, by doing it: to a key and a channel of its own, under the farm's prefix, where it disturbs
/// nobody. The commands are those of docs/redis.md.
/// </summary>
internal sealed class RedisRights(RedisConnection connection, string name)
{
    private const string Script = "return redis.call('GETRANGE', KEYS[1], 0, 0)";

    // No script is known by this, which is the answer that shows that the command is allowed.
    private const string UnknownScript = "0123456789abcdef0123456789abcdef01234567";

    private readonly RedisKey _key = name + ":doctor";

    /// <returns>A sentence for each thing that is missing.</returns>
    public async Task<IReadOnlyList<string>> FindProblemsAsync(CancellationToken cancellationToken)
    {
        var channel = RedisChannel.Literal(_key.ToString());
        Func<IDatabase, Task>[] calls =
        [
            database => database.ExecuteAsync("GETRANGE", _key, 0, 0),
            database => database.ExecuteAsync("EXISTS", _key),
            database => database.ExecuteAsync("SET", _key, "doctor", "PX", 10_000),
            database => database.ExecuteAsync("GET", _key),
            database => database.ExecuteAsync("PEXPIRE", _key, 10_000),
            database => database.ExecuteAsync("EVAL", Script, 1, _key),
            database => database.ExecuteAsync("EVALSHA", UnknownScript, 1, _key),
            database => database.ExecuteAsync("DEL", _key),
            database => database.ExecuteAsync("ECHO", "doctor"),
            database => database.ExecuteAsync("PING"),
            database => database.PublishAsync(channel, RedisValue.EmptyString),
            async database =>
            {
                var subscriber = database.Multiplexer.GetSubscriber();
                await subscriber.SubscribeAsync(channel, static (_, _) => { }).ConfigureAwait(false);
                await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget).ConfigureAwait(false);
            },
        ];

        var problems = new List<string>();
        foreach (var call in calls)
        {
            try
            {
                await connection.RunAsync(
                    async database =>
                    {
                        await call(database).ConfigureAwait(false);
                        return true;
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (RedisUnavailableException problem) when (!problem.Message.Contains("NOSCRIPT", StringComparison.Ordinal))
            {
                problems.Add(problem.Message);
            }
            catch (RedisUnavailableException)
            {
                // Allowed, and there is no such script.
            }
        }

        return [.. problems.Distinct()];
    }
}
