using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Redis;

/// <summary>
/// One connection for record, lock and notices: the app's, or one of its own. It is opened in the background when it is
/// first used, so that an app starts while Redis is down. Once it has been broken for long, it is opened anew, or the app is asked for
/// it again: the password may have changed, or the name may lead to another master. So it is when the app has disposed its
/// connection, and when its factory does not end.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    /// <summary>
    /// How long a connection may be broken, or a factory may take, before another one is opened; twice as long after each
    /// time, up to <see cref="LongestPatience"/>. The client connects again by itself, and a factory that makes a connection at each call should make few.
    /// </summary>
    public static readonly TimeSpan LongBroken = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(5);

    /// <summary>In milliseconds, as the client's policies take it.</summary>
    private const int ReconnectInterval = 1000;

    private static readonly Version ClientVersion = typeof(ConnectionMultiplexer).Assembly.GetName().Version!;

    private readonly Lock _gate = new();
    private readonly Func<Task<IConnectionMultiplexer>> _open;
    private readonly bool _isOwn;
    private readonly int _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task<IConnectionMultiplexer>? _connection;
    private long? _brokenSince;
    private TimeSpan _patience = LongBroken;
    private bool _isDisposed;

    public RedisConnection(SxtRedisOptions options, IServiceProvider provider, TimeProvider? time = null)
    {
        _isOwn = options.ConnectionMultiplexerFactory is null;
        _database = options.Database ?? -1;
        _open = options.ConnectionMultiplexerFactory is { } factory
            ? () => AskAsync(factory, provider)
            : () => ConnectAsync(options);
        _time = time ?? TimeProvider.System;
        _logger = new SteadyLogger(((ILoggerFactory?)provider.GetService(typeof(ILoggerFactory)))?.CreateLogger("SxtAspNet.Redis") ?? NullLogger.Instance);
        Failures = new RedisFailures(options.Prefix, _logger);
    }

    /// <summary>Raised with each connection once it is open, from any thread.</summary>
    public event Action<IDatabase>? Opened;

    /// <summary>Puts into words what the client throws.</summary>
    public RedisFailures Failures { get; }

    /// <summary>Runs a call.</summary>
    /// <exception cref="RedisUnavailableException">It failed.</exception>
    public async ValueTask<T> RunAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        var isAgain = false;
        while (true)
        {
            IConnectionMultiplexer? connection = null;
            try
            {
                connection = await GetAsync(cancellationToken).ConfigureAwait(false);
                return await call(connection.GetDatabase(_database)).ConfigureAwait(false);
            }
            catch (ObjectDisposedException) when (!isAgain && connection is not null && Forget(connection))
            {
                // The app has replaced its connection.
                isAgain = true;
            }
            catch (Exception failure) when (!_isDisposed && !cancellationToken.IsCancellationRequested)
            {
                throw Failures.Explain(failure);
            }
        }
    }

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
                // Again when it failed: a server that is away while the app starts comes back.
                (_connection, _brokenSince, _patience) = (OpenAsync(), null, LongBroken);
                _ = AnnounceAsync(_connection);
            }
            else if (IsBrokenForLong(_connection))
            {
                _ = ReplaceAsync(_connection);
            }

            return _connection.WaitAsync(cancellationToken);
        }
    }

    // On another thread, since an app's factory may connect synchronously, for longer than a caller waits.
    private Task<IConnectionMultiplexer> OpenAsync() => Task.Run(_open);

    /// <summary>Tells of a connection once it is open; not of one that came too late, whose place another one has.</summary>
    private async Task AnnounceAsync(Task<IConnectionMultiplexer> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool isPresent;
        lock (_gate)
        {
            isPresent = opening.IsCompletedSuccessfully && _connection == opening && !_isDisposed;
        }

        if (isPresent)
        {
            Opened?.Invoke(opening.Result.GetDatabase(_database));
        }
    }

    /// <summary>
    /// Whether a connection has not come, or has been broken, for long, which is said once each time that it has.
    /// </summary>
    private bool IsBrokenForLong(Task<IConnectionMultiplexer> opening)
    {
        if (IsWell(opening))
        {
            (_brokenSince, _patience) = (null, LongBroken);
            return false;
        }

        _brokenSince ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(_brokenSince.Value) < _patience)
        {
            return false;
        }

        (_brokenSince, _patience) = (_time.GetTimestamp(), 2 * _patience < LongestPatience ? 2 * _patience : LongestPatience);
        return true;
    }

    /// <summary>
    /// Whether a server is connected that takes writes. One that has become a replica stays connected, while the name that it was found by
    /// may lead to the new master.
    /// </summary>
    private static bool IsWell(Task<IConnectionMultiplexer> opening)
    {
        try
        {
            return opening.IsCompletedSuccessfully && opening.Result.GetServers().Any(server => server is { IsConnected: true, IsReplica: false });
        }
        catch (ObjectDisposedException)
        {
            // The call finds that out by itself.
            return true;
        }
    }

    /// <summary>Asks for another connection; the present one stays in use meanwhile, for it may come or recover.</summary>
    private async Task ReplaceAsync(Task<IConnectionMultiplexer> present)
    {
        var opening = OpenAsync();
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.Exception?.InnerException is { } failure)
        {
            _logger.CallFailed(failure);
            return;
        }

        var unused = opening;
        lock (_gate)
        {
            if (_connection == present && !_isDisposed && !IsWell(present) && (IsWell(opening) || !present.IsCompletedSuccessfully))
            {
                (_connection, unused) = (opening, present);
            }
        }

        await AnnounceAsync(opening).ConfigureAwait(false);
        if (_isOwn)
        {
            await DisposeLateAsync(unused).ConfigureAwait(false);
        }
    }

    /// <summary>Drops a connection that the app has disposed, so that the app is asked again.</summary>
    /// <returns>Whether that makes sense.</returns>
    private bool Forget(IConnectionMultiplexer disposed)
    {
        lock (_gate)
        {
            if (_isOwn || _isDisposed)
            {
                return false;
            }

            if (_connection is { IsCompletedSuccessfully: true } connection && connection.Result == disposed)
            {
                _connection = null;
            }

            return true;
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

    private static async Task<IConnectionMultiplexer> AskAsync(
        Func<IServiceProvider, Task<IConnectionMultiplexer>?> factory, IServiceProvider provider)
    {
        var connection = factory(provider) is { } asking ? await asking.ConfigureAwait(false) : null;
        return connection ?? throw new RedisUnavailableException(
            $"{nameof(SxtRedisOptions.ConnectionMultiplexerFactory)} gave null instead of a connection; it is asked again at the next call.");
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(SxtRedisOptions settings) =>
        await ConnectionMultiplexer.ConnectAsync(ReadOptions(settings)).ConfigureAwait(false);

    /// <summary>The client's settings for a connection of our own.</summary>
    internal static ConfigurationOptions ReadOptions(SxtRedisOptions settings)
    {
        var options = settings.ConfigurationOptionsFactory is { } factory
            ? factory()?.Clone() ?? throw new RedisUnavailableException(
                $"{nameof(SxtRedisOptions.ConfigurationOptionsFactory)} gave null instead of settings; it is asked again at the next call.")
            : ConfigurationOptions.Parse(settings.Configuration!);

        // It keeps trying by itself; and what can't be sent now is better known to have failed than queued.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ClientName ??= "SxtAspNet";
        if (settings.ConfigurationOptionsFactory is null)
        {
            // By default the client tries less and less often, so that after an outage of minutes each instance would
            // keep a session of its own for up to a minute more. Before its version 3, the client ends an attempt that is
            // under way when the next one is due, which must have its time there.
            options.ReconnectRetryPolicy = new LinearRetry(ClientVersion.Major >= 3 ? ReconnectInterval : options.ConnectTimeout);
        }

        return options;
    }
}
