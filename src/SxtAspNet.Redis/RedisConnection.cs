using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>
/// One connection for record, lock and notices: the app's, or one of its own. It is opened in the background when it is
/// first used, so that an app starts while Redis is down.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    private readonly Lazy<Task<IConnectionMultiplexer>> _connecting;
    private readonly bool _isOwn;
    private readonly int _database;

    public RedisConnection(SxtRedisOptions options, IServiceProvider provider)
    {
        _isOwn = options.ConnectionMultiplexerFactory is null;
        _database = options.Database ?? -1;
        _connecting = new(() => options.ConnectionMultiplexerFactory is { } factory
            ? factory(provider)
            : ConnectAsync(options.Configuration!));
    }

    public async ValueTask<IDatabase> GetDatabaseAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase(_database);

    public async ValueTask<ISubscriber> GetSubscriberAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).GetSubscriber();

    public async ValueTask DisposeAsync()
    {
        if (_isOwn && _connecting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _connecting.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        if (_isOwn && _connecting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            _connecting.Value.Result.Dispose();
        }
    }

    private Task<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken) =>
        _connecting.Value.WaitAsync(cancellationToken);

    private static async Task<IConnectionMultiplexer> ConnectAsync(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);

        // It keeps trying by itself; and what can't be sent now is better known to have failed than queued.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ClientName ??= "SxtAspNet";
        return await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
    }
}
