using StackExchange.Redis;
using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests;

public class RedisNoticesTests(Servers servers)
{
    private readonly string _channel = $"test-{Guid.NewGuid():N}:notices";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachServer]
    public async Task A_notice_reaches_all_subscribers_of_its_channel_and_database_and_no_others(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var sender = Connect(server.Configuration);
        await using var receiver = Connect(server.Configuration);
        await using var receiverElsewhere = Connect(server.Configuration, database: 1);
        await using var senderElsewhere = Connect(server.Configuration, database: 1);
        int own = 0, others = 0, otherChannel = 0, otherDatabase = 0;
        foreach (var connection in (RedisConnection[])[sender, receiver, receiverElsewhere])
        {
            await ListensAsync(connection);
        }

        await using var first = await Subscribe(sender, _channel, () => own++);
        await using var second = await Subscribe(receiver, _channel, () => others++);
        await using var third = await Subscribe(receiver, _channel + "2", () => otherChannel++);
        await using var fourth = await Subscribe(receiverElsewhere, _channel, () => otherDatabase++);

        await new RedisNotices(sender).PublishAsync(_channel, Cancellation);
        await Eventually.IsTrueAsync(() => own == 1 && others == 1, "both subscribers get the notice");

        // What would have reached the others is on its way before these, on the same connections.
        await new RedisNotices(sender).PublishAsync(_channel + "2", Cancellation);
        await new RedisNotices(senderElsewhere).PublishAsync(_channel, Cancellation);
        await Eventually.IsTrueAsync(() => otherChannel == 1 && otherDatabase == 1, "the other subscribers get theirs");
        Assert.Equal((1, 1, 1, 1), (own, others, otherChannel, otherDatabase));
    }

    [Theory, EachServer]
    public async Task After_the_link_was_cut_notices_arrive_again_once_each(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var sender = Connect(server.Configuration);
        await using var receiver = Connect(proxy.Configuration);
        var received = 0;
        await using var subscription = await Subscribe(receiver, _channel, () => Interlocked.Increment(ref received));

        proxy.Cut();

        await AssertEachNoticeArrivesOnce(sender, () => Volatile.Read(ref received), () => Interlocked.Exchange(ref received, 0));
    }

    [Theory, EachServer]
    public async Task A_subscription_made_while_the_server_is_away_gives_notice_when_it_is_back(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var sender = Connect(server.Configuration);
        await using var receiver = Connect(proxy.Configuration);
        await ListensAsync(receiver);
        var received = 0;
        proxy.Refuse();
        await using var subscription = await Subscribe(receiver, _channel, () => Interlocked.Increment(ref received));

        proxy.Accept();

        // Nobody sent one: it stands for those that were missed.
        // From then on, none is missed.
        await Eventually.IsTrueAsync(() => Volatile.Read(ref received) > 0, "a notice that the connection is back");
        Assert.Equal(1, await sender.RunAsync(
            database => database.PublishAsync(RedisChannel.Literal($"{_channel}:{database.Database}"), RedisValue.EmptyString), Cancellation));
        await AssertEachNoticeArrivesOnce(sender, () => Volatile.Read(ref received), () => Interlocked.Exchange(ref received, 0));
    }

    [Theory, EachServer]
    public async Task Attempts_to_subscribe_while_the_server_is_away_do_not_add_up(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var sender = Connect(server.Configuration);
        await using var receiver = Connect(proxy.Configuration);
        await new RedisSessionStore(receiver).ReadAsync(_channel, Cancellation);
        var received = 0;
        proxy.Refuse();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await (await Subscribe(receiver, _channel, () => Interlocked.Increment(ref received))).DisposeAsync();
        }

        proxy.Accept();
        await using var subscription = await Subscribe(receiver, _channel, () => Interlocked.Increment(ref received));
        await AssertEachNoticeArrivesOnce(sender, () => Volatile.Read(ref received), () => Interlocked.Exchange(ref received, 0));
    }

    [Theory, EachServer]
    public async Task A_subscription_that_ended_gets_no_notice(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var connection = Connect(server.Configuration);
        int ended = 0, kept = 0;
        await ListensAsync(connection);
        var ending = await Subscribe(connection, _channel, () => ended++);
        await using var other = await Subscribe(connection, _channel, () => kept++);

        await ending.DisposeAsync();
        await new RedisNotices(connection).PublishAsync(_channel, Cancellation);

        await Eventually.IsTrueAsync(() => kept == 1, "the other subscriber gets the notice");
        Assert.Equal(0, ended);
    }

    private async Task AssertEachNoticeArrivesOnce(RedisConnection sender, Func<int> received, Action reset)
    {
        var notices = new RedisNotices(sender);
        await ListensAsync(sender);
        await Eventually.IsTrueAsync(
            async () =>
            {
                await notices.PublishAsync(_channel, Cancellation);
                return received() > 0;
            },
            "a notice arrives");

        // All sent so far have arrived when the last of another subscription on the same server has.
        var last = 0;
        await using var marker = await Subscribe(sender, _channel + "2", () => last++);
        await notices.PublishAsync(_channel + "2", Cancellation);
        await Eventually.IsTrueAsync(() => last == 1, "the marker arrives");
        var settled = -1;
        await Eventually.IsTrueAsync(
            async () =>
            {
                var before = settled;
                settled = received();
                await Task.Delay(200, Cancellation);
                return before == settled;
            },
            "no more notices arrive");

        reset();
        for (var sent = 1; sent <= 3; sent++)
        {
            await notices.PublishAsync(_channel, Cancellation);
            await Eventually.IsTrueAsync(() => received() >= sent, "the notice arrives");
        }

        Assert.Equal(3, received());
    }

    /// <summary>Waits until the client's connection for notices is there, so that a subscription is one at once.</summary>
    private static async Task ListensAsync(RedisConnection connection) => await connection.RunAsync(
        async database =>
        {
            await Eventually.IsTrueAsync(() => database.Multiplexer.GetSubscriber().IsConnected(), "the client listens");
            return true;
        },
        Cancellation);

    private static ValueTask<IAsyncDisposable> Subscribe(RedisConnection connection, string channel, Action onNotice) =>
        new RedisNotices(connection).SubscribeAsync(channel, onNotice, onLost: _ => { }, Cancellation);

    private static RedisConnection Connect(string configuration, int? database = null) =>
        new(new SxtRedisOptions { Configuration = Times.Patiently(configuration), Database = database }, NoServices.Instance);
}
