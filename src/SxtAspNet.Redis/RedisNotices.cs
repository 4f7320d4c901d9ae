using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>
/// Notices over publish and subscribe. A channel belongs to the whole server, so its name carries the database's number.
/// </summary>
internal sealed class RedisNotices(RedisConnection connection) : ISxtSessionNotices
{
    public async ValueTask PublishAsync(string channel, CancellationToken cancellationToken) =>
        await connection.RunAsync(
            database => database.PublishAsync(Channel(channel, database), RedisValue.EmptyString), cancellationToken).ConfigureAwait(false);

    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        string channel, Action onNotice, Action<Exception> onLost, CancellationToken cancellationToken)
    {
        var subscription = new Subscription(connection, channel, onNotice, onLost);
        try
        {
            await subscription.StartAsync(cancellationToken).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The channel of an identity in a database.</summary>
    public static RedisChannel Channel(string channel, IDatabase database) =>
        RedisChannel.Literal($"{channel}:{database.Database}");

    /// <summary>
    /// A subscription that goes with the connection: it comes back when that does, and follows to another one. Each time it
    /// may have missed something, and so gives notice.
    /// </summary>
    private sealed class Subscription(RedisConnection connection, string channel, Action onNotice, Action<Exception> onLost)
        : IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private IDatabase? _place;
        private bool _isDisposed;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            connection.Opened += Follow;
            await connection.RunAsync(
                async database =>
                {
                    await MoveAsync(database).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }

        public async ValueTask DisposeAsync()
        {
            connection.Opened -= Follow;
            IDatabase? last;
            lock (_gate)
            {
                _isDisposed = true;
                (last, _place) = (_place, null);
            }

            await LeaveAsync(last).ConfigureAwait(false);
        }

        private void Follow(IDatabase database)
        {
            lock (_gate)
            {
                if (_place is null || _place.Multiplexer == database.Multiplexer)
                {
                    return;
                }
            }

            _ = GiveNoticeAfterAsync(() => MoveAsync(database));
        }

        /// <summary>Something may have been missed until the work is done.</summary>
        private async Task GiveNoticeAfterAsync(Func<Task> work)
        {
            try
            {
                await work().ConfigureAwait(false);
                onNotice();
            }
            catch (Exception failure)
            {
                var explained = connection.Failures.Explain(failure);
                if (failure is not RedisConnectionException)
                {
                    // Refused, for example. Without a connection it is not lost: the client subscribes once it is connected.
                    onLost(explained);
                }
            }
        }

        private async Task MoveAsync(IDatabase database)
        {
            IDatabase? last;
            lock (_gate)
            {
                if (_isDisposed || _place?.Multiplexer == database.Multiplexer)
                {
                    return;
                }

                (last, _place) = (_place, database);
            }

            await LeaveAsync(last).ConfigureAwait(false);
            database.Multiplexer.ConnectionRestored += OnRestored;
            try
            {
                await database.Multiplexer.GetSubscriber().SubscribeAsync(Channel(channel, database), OnMessage).ConfigureAwait(false);
            }
            catch (RedisConnectionException)
            {
                // The client has a connection of its own for notices, which may not be there yet. It remembers the handler,
                // and subscribes as soon as it is connected.
            }

            lock (_gate)
            {
                last = _place == database ? null : database;
            }

            // Disposed, or gone on to another connection, meanwhile.
            await LeaveAsync(last).ConfigureAwait(false);
        }

        private async Task LeaveAsync(IDatabase? place)
        {
            if (place is null)
            {
                return;
            }

            place.Multiplexer.ConnectionRestored -= OnRestored;
            try
            {
                await place.Multiplexer.GetSubscriber()
                    .UnsubscribeAsync(Channel(channel, place), OnMessage, CommandFlags.FireAndForget).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or ObjectDisposedException)
            {
                // The connection is gone, and the subscription with it.
            }
        }

        private void OnMessage(RedisChannel source, RedisValue message) => onNotice();

        private void OnRestored(object? sender, ConnectionFailedEventArgs restored)
        {
            IDatabase? place;
            lock (_gate)
            {
                place = _place;
            }

            // Commands and notices have a connection each. The client subscribes again only when both are there, and otherwise up to a
            // second later; a notice given before that would leave a gap. The other connection calls this again when it is there.
            if (place is not null && place.Multiplexer.GetSubscriber().IsConnected())
            {
                _ = GiveNoticeAfterAsync(() => ConfirmAsync(place));
            }
        }

        /// <summary>
        /// Makes sure that the server knows of the subscription, which a further handler needs as well. First, that the connection for notices
        /// answers: the client may take one for connected that a firewall has forgotten.
        /// </summary>
        private async Task ConfirmAsync(IDatabase place)
        {
            var subscriber = place.Multiplexer.GetSubscriber();
            await subscriber.PingAsync().ConfigureAwait(false);
            await subscriber.SubscribeAsync(Channel(channel, place), Ignore).ConfigureAwait(false);
            await subscriber.UnsubscribeAsync(Channel(channel, place), Ignore).ConfigureAwait(false);
        }

        private static void Ignore(RedisChannel source, RedisValue message)
        {
        }
    }
}
