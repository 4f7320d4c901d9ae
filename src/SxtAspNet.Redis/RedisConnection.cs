using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>
/// One connection for record, lock and notices: the app's, or one of its own. It is opened in the background when it is
/// first used, so that an app starts while Redis is down.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Func<Task<IConnectionMultiplexer>> _open;
    private readonly bool _isOwn;
    private readonly int _database;
    private Task<IConnectionMultiplexer>? _connection;
    private bool _isDisposed;

    public RedisConnection(SxtRedisOptions options, IServiceProvider provider)
    {
        _isOwn = options.ConnectionMultiplexerFactory is null;
        _database = options.Database ?? -1;
        _open = options.ConnectionMultiplexerFactory is { } factory
            ? () => factory(provider)
            : () => ConnectAsync(options);
    }

    public async ValueTask<IDatabase> GetDatabaseAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase(_database);

    public async ValueTask<ISubscriber> GetSubscriberAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).GetSubscriber();

    public async ValueTask DisposeAsync()
    {
        if (Close() is not { } connection)
        {
            return;
        }

        if (connection.IsCompletedSuccessfully)
        {
            await (await connection.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            _ = DisposeLateAsync(connection);
        }
    }

    public void Dispose()
    {
        if (Close() is not { } connection)
        {
            return;
        }

        if (connection.IsCompletedSuccessfully)
        {
            connection.Result.Dispose();
        }
        else
        {
            _ = DisposeLateAsync(connection);
        }
    }

    private Task<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
            {
                // On another thread, since an app's factory may connect synchronously, for longer than a caller waits.
                // And again when it failed: a server that is away while the app starts comes back.
                _connection = Task.Run(_open, CancellationToken.None);
            }

            return _connection.WaitAsync(cancellationToken);
        }
    }

    private Task<IConnectionMultiplexer>? Close()
    {
        lock (_gate)
        {
            _isDisposed = true;
            return _isOwn ? _connection : null;
        }
    }

    private static async Task DisposeLateAsync(Task<IConnectionMultiplexer> connection)
    {
        try
        {
            await (await connection.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // There is no connection to dispose.
        }
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(SxtRedisOptions settings)
    {
        var options = settings.ConfigurationOptions?.Clone() ?? ConfigurationOptions.Parse(settings.Configuration!);

        // It keeps trying by itself; and what can't be sent now is better known to have failed than queued.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ClientName ??= "SxtAspNet";
        if (settings.ConfigurationOptions is null)
        {
            // By default the client tries less and less often, so that after an outage of minutes each instance would
            // keep a session of its own for up to a minute more.
            options.ReconnectRetryPolicy = new LinearRetry((int)ReconnectInterval.TotalMilliseconds);
        }

        return await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
    }
}
