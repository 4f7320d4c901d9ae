using StackExchange.Redis;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>A test's own look at a server.</summary>
internal sealed class RedisClient : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _connection;
    private readonly int _database;

    private RedisClient(ConnectionMultiplexer connection, int database) => (_connection, _database) = (connection, database);

    public ConnectionMultiplexer Connection => _connection;

    public IDatabase Database => _connection.GetDatabase(_database);

    public static Task<RedisClient> ConnectAsync(RedisServer server, int database = 0) => ConnectAsync(server.Configuration, database);

    public static async Task<RedisClient> ConnectAsync(string configuration, int database = 0) =>
        new(await ConnectionMultiplexer.ConnectAsync(Times.Patiently(configuration) + ",allowAdmin=true,abortConnect=false"), database);

    public Task ConfigureAsync(string setting, string value) => Database.ExecuteAsync("CONFIG", "SET", setting, value);

    public async Task<string[]> KeysAsync(string prefix)
    {
        var server = _connection.GetServers().Single();
        List<string> keys = [];
        await foreach (var key in server.KeysAsync(_database, $"{prefix}*"))
        {
            keys.Add(key.ToString());
        }

        return [.. keys];
    }

    /// <summary>The name of the one record under a prefix.</summary>
    public async Task<string> RecordKeyAsync(string prefix) =>
        Assert.Single(await KeysAsync(prefix), key => !key.EndsWith(":lock", StringComparison.Ordinal) && !key.EndsWith(":note", StringComparison.Ordinal));

    public async Task<byte[]?> ReadAsync(string key) => await Database.StringGetAsync(key);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
