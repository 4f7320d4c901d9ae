using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests;

public class RedisSessionStoreTests(Servers servers)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly string _key = $"test-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachServer]
    public async Task Where_there_is_no_record_none_is_read(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));

        Assert.Null(await new RedisSessionStore(connection).ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task The_first_record_is_written_only_where_there_is_none(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));
        var store = new RedisSessionStore(connection);

        Assert.True(await store.TryReplaceAsync(_key, expected: null, [1], Minute, Cancellation));
        Assert.False(await store.TryReplaceAsync(_key, expected: null, [2], Minute, Cancellation));

        Assert.Equal([1], await store.ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task A_record_is_replaced_by_whoever_knows_it(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));
        var store = new RedisSessionStore(connection);
        await store.TryReplaceAsync(_key, expected: null, [1], Minute, Cancellation);

        Assert.True(await store.TryReplaceAsync(_key, expected: [1], [2], Minute, Cancellation));

        Assert.Equal([2], await store.ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task A_record_that_has_changed_is_not_replaced(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));
        var store = new RedisSessionStore(connection);
        await store.TryReplaceAsync(_key, expected: null, [2], Minute, Cancellation);

        Assert.False(await store.TryReplaceAsync(_key, expected: [1], [3], Minute, Cancellation));

        Assert.Equal([2], await store.ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task A_record_that_has_vanished_is_not_replaced(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));
        var store = new RedisSessionStore(connection);

        Assert.False(await store.TryReplaceAsync(_key, expected: [1], [2], Minute, Cancellation));

        Assert.Null(await store.ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task An_empty_value_that_somebody_left_is_not_taken_for_no_record(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await client.Database.StringSetAsync(_key, "", Minute);
        await using var connection = Connect(server);
        var store = new RedisSessionStore(connection);

        Assert.False(await store.TryReplaceAsync(_key, expected: null, [1], Minute, Cancellation));

        Assert.Empty((await store.ReadAsync(_key, Cancellation))!);
    }

    [Theory, EachServer]
    public async Task Of_a_huge_value_that_somebody_left_no_more_is_read_than_tells_that_it_is_no_record(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await client.Database.StringSetAsync(_key, new byte[5 * 1024 * 1024], Minute);
        await using var connection = Connect(server);
        var store = new RedisSessionStore(connection);

        var found = await store.ReadAsync(_key, Cancellation);

        Assert.Equal(RedisSessionStore.Longest + 1, found!.Length);
        Assert.False(await store.TryReplaceAsync(_key, expected: null, [1], Minute, Cancellation));

        // Whoever decides that it has been in the way for long enough can replace it by what was read.
        Assert.True(await store.TryReplaceAsync(_key, found, [1], Minute, Cancellation));
        Assert.Equal([1], await store.ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task A_record_may_hold_any_bytes(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));
        var store = new RedisSessionStore(connection);
        byte[] ascending = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        byte[] descending = [0, .. ascending.Reverse(), 0];
        await store.TryReplaceAsync(_key, expected: null, ascending, Minute, Cancellation);

        Assert.True(await store.TryReplaceAsync(_key, ascending, descending, Minute, Cancellation));

        Assert.Equal(descending, await store.ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task A_record_lives_as_long_as_its_last_writer_says(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var connection = Connect(server);
        var store = new RedisSessionStore(connection);
        await store.TryReplaceAsync(_key, expected: null, [1], TimeSpan.FromHours(1), Cancellation);

        await store.TryReplaceAsync(_key, [1], [2], TimeSpan.FromHours(2), Cancellation);

        await using var client = await RedisClient.ConnectAsync(server);
        var rest = await client.Database.KeyTimeToLiveAsync(_key);
        Assert.InRange(rest!.Value, TimeSpan.FromHours(1.5), TimeSpan.FromHours(2));
    }

    [Theory, EachServer]
    public async Task A_record_ends_with_its_time(ServerKind kind)
    {
        await using var connection = Connect(await servers.UseAsync(kind));
        var store = new RedisSessionStore(connection);

        await store.TryReplaceAsync(_key, expected: null, [1], TimeSpan.FromMilliseconds(200), Cancellation);

        await Eventually.IsTrueAsync(async () => await store.ReadAsync(_key, Cancellation) is null, "the record expires");
    }

    [Theory, EachServer]
    public async Task Of_a_hundred_that_replace_the_same_record_exactly_one_does(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var one = Connect(server);
        await using var another = Connect(server);
        RedisSessionStore[] stores = [new(one), new(another)];
        byte[]? last = null;
        for (byte round = 0; round < 20; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(index => Task.Run(
                async () => await stores[index % 2].TryReplaceAsync(_key, last, [round, (byte)index], Minute, Cancellation))));

            var winner = Assert.Single(results.Index(), result => result.Item).Index;
            last = [round, (byte)winner];
            Assert.Equal(last, await stores[0].ReadAsync(_key, Cancellation));
        }

        await using var client = await RedisClient.ConnectAsync(server);
        Assert.Equal([_key], await client.KeysAsync(_key));
    }

    [Theory, EachServer]
    public async Task The_database_is_the_options_else_the_connections(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var byOptions = Connect(server, database: 3);
        await using var byConnection = new RedisConnection(
            new SxtRedisOptions { Configuration = Times.Patiently(server.Configuration) + ",defaultDatabase=3" }, NoServices.Instance);
        await using var byDefault = Connect(server);

        await new RedisSessionStore(byOptions).TryReplaceAsync(_key, expected: null, [1], Minute, Cancellation);

        Assert.Equal([1], await new RedisSessionStore(byConnection).ReadAsync(_key, Cancellation));
        Assert.Null(await new RedisSessionStore(byDefault).ReadAsync(_key, Cancellation));
    }

    [Theory, EachServer]
    public async Task Replacing_works_again_after_the_server_has_forgotten_the_script(ServerKind kind)
    {
        await using var server = await Servers.StartAsync(kind);
        await using var connection = Connect(server);
        var store = new RedisSessionStore(connection);
        await store.TryReplaceAsync(_key, expected: null, [1], Minute, Cancellation);
        await using var client = await RedisClient.ConnectAsync(server);

        await client.Database.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.True(await store.TryReplaceAsync(_key, [1], [2], Minute, Cancellation));
    }

    private static RedisConnection Connect(RedisServer server, int? database = null) =>
        new(new SxtRedisOptions { Configuration = Times.Patiently(server.Configuration), Database = database }, NoServices.Instance);
}
