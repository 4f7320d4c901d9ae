using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>
/// Notices over publish and subscribe. A channel belongs to the whole server, so its name carries the database's number.
/// </summary>
internal sealed class RedisNotices(RedisConnection connection) : ISxtSessionNotices
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    public async ValueTask PublishAsync(string channel, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await database.PublishAsync(Channel(channel, database), RedisValue.EmptyString).ConfigureAwait(false);
    }

    public async ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Action onNotice, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var subscriber = await connection.GetSubscriberAsync(cancellationToken).ConfigureAwait(false);
        var name = Channel(channel, database);

        // The client has a connection of its own for notices, and comes back from connecting before that one is there.
        while (subscriber.Multiplexer.IsConnected && !subscriber.IsConnected(name))
        {
            await Task.Delay(Step, cancellationToken).ConfigureAwait(false);
        }

        void OnMessage(RedisChannel source, RedisValue message) => onNotice();
        var subscription = new Subscription(subscriber, name, OnMessage);
        try
        {
            await subscriber.SubscribeAsync(name, OnMessage).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            // The client remembers the handler although it could not subscribe, and calls it once it is connected: each
            // attempt would add a call to every notice.
            await subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static RedisChannel Channel(string channel, IDatabase database) =>
        RedisChannel.Literal($"{channel}:{database.Database}");

    private sealed class Subscription(ISubscriber subscriber, RedisChannel channel, Action<RedisChannel, RedisValue> handler) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await subscriber.UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or ObjectDisposedException)
            {
                // The connection is gone, and the subscription with it.
            }
        }
    }
}
