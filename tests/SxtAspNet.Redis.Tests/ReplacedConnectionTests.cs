using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests;

/// <summary>An app that owns its connection may dispose it, and give another one.</summary>
public class ReplacedConnectionTests(Servers servers)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly string _name = $"test-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachServer]
    public async Task The_app_is_asked_again_when_it_has_disposed_its_connection(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var app = await App.ConnectAsync(server.Configuration);
        await using var connection = app.Connect();
        var store = new RedisSessionStore(connection);
        Assert.True(await store.TryReplaceAsync(_name, expected: null, [1], Minute, Cancellation));

        await app.ReplaceAsync(server.Configuration);

        Assert.Equal([1], await store.ReadAsync(_name, Cancellation));
        Assert.True(await store.TryReplaceAsync(_name, [1], [2], Minute, Cancellation));
        Assert.Equal(2, app.Asked);
    }

    [Theory, EachServer]
    public async Task A_lock_is_taken_on_the_new_connection(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var app = await App.ConnectAsync(server.Configuration);
        await using var connection = app.Connect();
        var farmLock = new RedisLockProvider(connection, TimeSpan.FromSeconds(5)).CreateLock(_name + ":lock");
        await using (await farmLock.TryAcquireAsync(cancellationToken: Cancellation))
        {
        }

        await app.ReplaceAsync(server.Configuration);

        await using var held = await farmLock.TryAcquireAsync(cancellationToken: Cancellation);
        Assert.NotNull(held);
        Assert.Equal(2, app.Asked);
    }

    [Theory, EachServer]
    public async Task Notices_follow_to_the_new_connection(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var app = await App.ConnectAsync(server.Configuration);
        await using var connection = app.Connect();
        await using var sender = new RedisConnection(
            new SxtRedisOptions { Configuration = Times.Patiently(server.Configuration) }, NoServices.Instance);
        var received = 0;
        await using var subscription = await new RedisNotices(connection).SubscribeAsync(
            _name, () => Interlocked.Increment(ref received), _ => { }, Cancellation);

        await app.ReplaceAsync(server.Configuration);
        await new RedisSessionStore(connection).ReadAsync(_name, Cancellation);

        await Eventually.IsTrueAsync(
            async () =>
            {
                await new RedisNotices(sender).PublishAsync(_name, Cancellation);
                return Volatile.Read(ref received) > 1;
            },
            "notices arrive on the new connection");
    }

    [Theory, EachServer]
    public async Task The_app_is_asked_again_when_its_connection_has_been_broken_for_long(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var app = await App.ConnectAsync(proxy.Configuration);
        var time = new FakeTimeProvider();
        await using var connection = app.Connect(time);
        var store = new RedisSessionStore(connection);
        await store.ReadAsync(_name, Cancellation);
        proxy.Refuse();
        await Eventually.IsTrueAsync(() => !app.IsConnected, "the app has lost its connection");
        await FailsAsync();
        await using var last = await app.MoveAsync(server.Configuration);

        time.Advance(RedisConnection.LongBroken / 2);
        await FailsAsync();
        Assert.Equal(1, app.Asked);
        time.Advance(RedisConnection.LongBroken / 2);
        await Eventually.IsTrueAsync(
            async () => await Record.ExceptionAsync(() => store.ReadAsync(_name, Cancellation).AsTask()) is null, "the store is read again");

        Assert.Equal(2, app.Asked);

        Task FailsAsync() => Assert.ThrowsAsync<RedisUnavailableException>(() => store.ReadAsync(_name, Cancellation).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_that_moves_to_another_master_is_followed_though_the_old_one_goes_on_as_a_replica(bool isOwn)
    {
        await using var old = await Servers.StartAsync(ServerKind.Redis);
        await using var next = await Servers.StartAsync(ServerKind.Redis);
        await using var oldAdmin = await RedisClient.ConnectAsync(old);
        await using var name = TcpProxy.Start(old.Port);

        // The client looks for a change of roles once a minute by itself.
        var configuration = name.Configuration + ",configCheckSeconds=1";
        await using var app = await App.ConnectAsync(configuration);
        var time = new FakeTimeProvider();
        await using var connection = isOwn
            ? new RedisConnection(new SxtRedisOptions { Configuration = Times.Patiently(configuration) }, NoServices.Instance, time)
            : app.Connect(time);
        var store = new RedisSessionStore(connection);
        Assert.True(await store.TryReplaceAsync(_name, expected: null, [1], Minute, Cancellation));

        name.Target = next.Port;
        await oldAdmin.Database.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{next.Port}");
        await Eventually.IsTrueAsync(async () => !await WritesAsync(), "the old master takes no writes");
        await using var last = await app.MoveAsync(configuration);
        await RecoversAsync(time, WritesAsync, "the new master takes writes");

        async Task<bool> WritesAsync() =>
            await Record.ExceptionAsync(() => store.TryReplaceAsync(_name, expected: null, [2], Minute, Cancellation).AsTask()) is null;
    }

    [Fact]
    public async Task Settings_are_asked_for_again_when_the_password_has_changed()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised);
        await server.CloseDefaultUserAsync();
        var time = new FakeTimeProvider();
        var password = "secret";
        await using var connection = new RedisConnection(
            new SxtRedisOptions
            {
                ConfigurationOptionsFactory = () =>
                {
                    var options = ConfigurationOptions.Parse(Times.Patiently(server.Configuration));
                    options.Password = password;
                    return options;
                },
            },
            NoServices.Instance,
            time);
        var store = new RedisSessionStore(connection);
        Assert.True(await store.TryReplaceAsync("sxt:" + _name, expected: null, [1], Minute, Cancellation));

        password = "another";
        await server.ChangePasswordAsync(password);
        await Eventually.IsTrueAsync(async () => !await ReadsAsync(), "the connection is closed");
        await RecoversAsync(time, ReadsAsync, "the record is read with the new password");

        async Task<bool> ReadsAsync() =>
            await Record.ExceptionAsync(() => store.ReadAsync("sxt:" + _name, Cancellation).AsTask()) is null;
    }

    [Fact]
    public async Task Null_instead_of_a_connection_is_a_clear_error_and_the_app_is_asked_again()
    {
        var server = await servers.UseAsync(ServerKind.Garnet);
        await using var app = await App.ConnectAsync(server.Configuration);
        await using var connection = app.Connect();
        var store = new RedisSessionStore(connection);
        app.GivesNull = true;

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => store.ReadAsync(_name, Cancellation).AsTask());
        Assert.Contains("ConnectionMultiplexerFactory", failure.Message, StringComparison.Ordinal);
        app.GivesNull = false;

        Assert.Null(await store.ReadAsync(_name, Cancellation));
    }

    [Fact]
    public async Task Null_instead_of_a_configuration_is_a_clear_error_and_the_app_is_asked_again()
    {
        var server = await servers.UseAsync(ServerKind.Garnet);
        ConfigurationOptions? given = null;
        await using var connection = new RedisConnection(new SxtRedisOptions { ConfigurationOptionsFactory = () => given! }, NoServices.Instance);
        var store = new RedisSessionStore(connection);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => store.ReadAsync(_name, Cancellation).AsTask());
        Assert.Contains("ConfigurationOptionsFactory gave null", failure.Message, StringComparison.Ordinal);
        given = ConfigurationOptions.Parse(Times.Patiently(server.Configuration));

        Assert.Null(await store.ReadAsync(_name, Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_app_is_asked_again_when_its_factory_does_not_end(bool isConnection)
    {
        var server = await servers.UseAsync(ServerKind.Garnet);
        using var release = new ManualResetEventSlim();
        await using var app = await App.ConnectAsync(server.Configuration);
        var late = new TaskCompletionSource<IConnectionMultiplexer>();
        var asked = 0;
        var time = new FakeTimeProvider();
        var options = isConnection
            ? new SxtRedisOptions { ConnectionMultiplexerFactory = _ => IsFirst() ? late.Task : app.GiveAsync() }
            : new SxtRedisOptions
            {
                ConfigurationOptionsFactory = () =>
                {
                    if (IsFirst())
                    {
                        release.Wait(Cancellation);
                    }

                    return ConfigurationOptions.Parse(Times.Patiently(server.Configuration));
                },
            };
        await using var connection = new RedisConnection(options, NoServices.Instance, time);
        await using var sender = new RedisConnection(
            new SxtRedisOptions { Configuration = Times.Patiently(server.Configuration) }, NoServices.Instance);
        var opened = 0;
        connection.Opened += _ => Interlocked.Increment(ref opened);
        var store = new RedisSessionStore(connection);
        await AssertHangsAsync();
        await AssertHangsAsync();
        time.Advance(RedisConnection.LongBroken / 2);
        await AssertHangsAsync();
        Assert.Equal(1, asked);

        time.Advance(RedisConnection.LongBroken / 2);
        await Eventually.IsTrueAsync(ReadsAsync, "the store is read");
        Assert.Equal(2, asked);

        var received = 0;
        await using var subscription = await new RedisNotices(connection).SubscribeAsync(_name, () => Interlocked.Increment(ref received), _ => { }, Cancellation);

        // The first one comes after all, too late: neither the records nor the notices move to it.
        release.Set();
        late.SetResult(await app.GiveAsync());

        // That nothing follows, nothing tells: it gets the time in which it would.
        await Task.Delay(TimeSpan.FromSeconds(0.5), Cancellation);
        Assert.True(await ReadsAsync());
        Assert.Equal(1, opened);
        await Eventually.IsTrueAsync(
            async () =>
            {
                await new RedisNotices(sender).PublishAsync(_name, Cancellation);
                return Volatile.Read(ref received) > 0;
            },
            "notices arrive");

        bool IsFirst() => Interlocked.Increment(ref asked) == 1;

        async Task AssertHangsAsync() => Assert.False(await ReadsAsync());

        async Task<bool> ReadsAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(0.2));
            return await Record.ExceptionAsync(() => store.ReadAsync(_name, limit.Token).AsTask()) is null;
        }
    }

    [Fact]
    public async Task However_long_an_outage_lasts_a_connection_is_asked_for_every_five_minutes()
    {
        var time = new FakeTimeProvider();
        var asked = 0;
        var options = new SxtRedisOptions
        {
            ConnectionMultiplexerFactory = _ =>
            {
                Interlocked.Increment(ref asked);
                return new TaskCompletionSource<IConnectionMultiplexer>().Task;
            },
        };
        await using var connection = new RedisConnection(options, NoServices.Instance, time);
        await TryAsync();
        await TryAsync();

        double[] minutes = [0.5, 1, 2, 4, 5, 5, 5];
        for (var number = 0; number < minutes.Length; number++)
        {
            time.Advance(TimeSpan.FromMinutes(minutes[number]));
            await TryAsync();
            await Eventually.IsTrueAsync(() => Volatile.Read(ref asked) == number + 2, $"it is asked for after {minutes[number]} minutes");
        }

        async Task TryAsync() => await Record.ExceptionAsync(
            async () => await new RedisSessionStore(connection).ReadAsync(_name, new CancellationToken(canceled: true)));
    }

    /// <summary>Waits, while the time after which a connection is opened anew passes, and passes again.</summary>
    private static Task RecoversAsync(FakeTimeProvider time, Func<Task<bool>> works, string what) => Eventually.IsTrueAsync(
        async () =>
        {
            time.Advance(RedisConnection.LongBroken);
            return await works();
        },
        what);

    /// <summary>An app with a connection of its own, given by its factory.</summary>
    private sealed class App : IAsyncDisposable
    {
        private ConnectionMultiplexer _present;

        private App(ConnectionMultiplexer connection) => _present = connection;

        public int Asked { get; private set; }

        public bool GivesNull { get; set; }

        public bool IsConnected => _present.IsConnected;

        public Task<IConnectionMultiplexer> GiveAsync() => Task.FromResult<IConnectionMultiplexer>(_present);

        public RedisConnection Connect(TimeProvider? time = null) => new(
            new SxtRedisOptions
            {
                ConnectionMultiplexerFactory = _ =>
                {
                    Asked++;
                    return Task.FromResult<IConnectionMultiplexer>(GivesNull ? null! : _present);
                },
            },
            NoServices.Instance,
            time);

        public static async Task<App> ConnectAsync(string configuration) =>
            new(await ConnectionMultiplexer.ConnectAsync(Times.Patiently(configuration)));

        /// <summary>Disposes the connection and makes another one.</summary>
        public async Task ReplaceAsync(string configuration) => await (await MoveAsync(configuration)).DisposeAsync();

        /// <summary>Makes another connection.</summary>
        /// <returns>The last one.</returns>
        public async Task<ConnectionMultiplexer> MoveAsync(string configuration)
        {
            var last = _present;
            _present = await ConnectionMultiplexer.ConnectAsync(Times.Patiently(configuration));
            return last;
        }

        public ValueTask DisposeAsync() => _present.DisposeAsync();
    }
}
