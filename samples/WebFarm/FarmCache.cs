using WebFarm.Processes;

namespace WebFarm;

/// <summary>
/// The farm's cache, and what can be done to it: a server of its own, behind a link that can fall silent; or one that runs
/// already, to which nothing is done.
/// </summary>
public sealed class FarmCache : IAsyncDisposable
{
    private const string LockSuffix = ":lock";
    private const string NoteSuffix = ":note";
    private const string StopFault = "stop";
    private const string SilenceFault = "silence";
    private const string LockFault = "lock";

    private readonly RedisServer? _server;
    private readonly TcpProxy? _link;
    private readonly Timeline _timeline;
    private readonly SemaphoreSlim _changes = new(1, 1);
    private string? _heldLock;

    private FarmCache(string address, RedisServer? server, Timeline timeline)
    {
        (_server, _timeline) = (server, timeline);
        _link = server is null ? null : TcpProxy.Start(server.Port);
        Address = _link?.Configuration ?? address;
    }

    /// <summary>Where the instances find it.</summary>
    public string Address { get; }

    /// <summary>Whether it is the farm's own, so that something can be done to it.</summary>
    public bool IsOwn => _server is not null;

    public bool IsUp { get; private set; } = true;

    /// <summary>Whether it accepts connections and never answers.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Whether the renewal lock is held by nobody, for ever.</summary>
    public bool IsLockHeld => _heldLock is not null;

    public static async Task<FarmCache> StartAsync(FarmSettings settings, Timeline timeline, CancellationToken cancellationToken) =>
        settings.Redis is { } address
            ? new FarmCache(address, null, timeline)
            : new FarmCache("", await RedisServer.StartGarnetAsync(cancellationToken), timeline);

    /// <summary>Kills it; what it held is lost.</summary>
    /// <exception cref="InvalidOperationException">It is not the farm's own.</exception>
    public Task StopAsync() => ChangeAsync(async server =>
    {
        if (IsUp)
        {
            IsUp = false;
            Begin(StopFault, "was stopped");
            _link!.Refuse();
            await server.StopAsync();
        }
    });

    /// <summary>Starts it again, empty, at the same address.</summary>
    /// <exception cref="InvalidOperationException">It is not the farm's own.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => ChangeAsync(async server =>
    {
        if (!IsUp)
        {
            await server.StartAsync(cancellationToken);
            if (_heldLock is { } name)
            {
                await SetAsync(server, name);
            }

            _link!.Accept();
            IsUp = true;
            End(StopFault, "was back, empty");
        }
    });

    /// <summary>Lets it accept connections and never answer, as a black hole does.</summary>
    /// <exception cref="InvalidOperationException">It is not the farm's own.</exception>
    public Task FallSilentAsync() => ChangeAsync(_ =>
    {
        if (!IsSilent)
        {
            IsSilent = true;
            Begin(SilenceFault, "fell silent");
            _link!.FallSilent();
        }

        return Task.CompletedTask;
    });

    /// <summary>Lets it answer again.</summary>
    /// <exception cref="InvalidOperationException">It is not the farm's own.</exception>
    public Task SpeakAsync() => ChangeAsync(_ =>
    {
        if (IsSilent)
        {
            _link!.Speak();
            IsSilent = false;
            End(SilenceFault, "answered again");
        }

        return Task.CompletedTask;
    });

    /// <summary>Sets the key of the renewal lock to something that nobody releases and that never expires.</summary>
    /// <param name="prefix">What the farm's names begin with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It is not the farm's own; or there is no session whose lock could be held.</exception>
    public Task HoldLockAsync(string prefix, CancellationToken cancellationToken) => ChangeAsync(async server =>
    {
        if (IsLockHeld)
        {
            return;
        }

        // The lock is called like the record, whose name is a secret of the library.
        var names = IsUp ? await RedisCommands.SendAsync(server.Port, cancellationToken, "KEYS", prefix + "*") : null;
        var record = names?.Split('\n').FirstOrDefault(name =>
            name.Length > 0 && !name.EndsWith(LockSuffix, StringComparison.Ordinal) && !name.EndsWith(NoteSuffix, StringComparison.Ordinal))
            ?? throw new InvalidOperationException("There is no session in the cache yet, whose lock could be held.");
        await SetAsync(server, record + LockSuffix);
        _heldLock = record + LockSuffix;
        Begin(LockFault, "let nobody have the lock");
    });

    /// <summary>Removes the key of the lock.</summary>
    /// <exception cref="InvalidOperationException">It is not the farm's own.</exception>
    public Task FreeLockAsync() => ChangeAsync(async server =>
    {
        if (_heldLock is { } name)
        {
            _heldLock = null;
            if (IsUp)
            {
                await RedisCommands.SendAsync(server.Port, CancellationToken.None, "DEL", name);
            }

            End(LockFault, "gave the lock again");
        }
    });

    public async ValueTask DisposeAsync()
    {
        if (_link is not null)
        {
            await _link.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _changes.Dispose();
    }

    private static Task<string?> SetAsync(RedisServer server, string name) =>
        RedisCommands.SendAsync(server.Port, CancellationToken.None, "SET", name, "held by nobody");

    private async Task ChangeAsync(Func<RedisServer, Task> change)
    {
        var server = _server ?? throw new InvalidOperationException(
            $"The cache at {Address} is not the farm's own, so nothing is done to it here.");
        await _changes.WaitAsync();
        try
        {
            await change(server);
        }
        finally
        {
            _changes.Release();
        }
    }

    private void Begin(string fault, string what) => _timeline.Begin(FarmEvent.CacheLane, fault, what);

    private void End(string fault, string what) => _timeline.End(FarmEvent.CacheLane, fault, what);
}
