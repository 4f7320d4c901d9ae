using System.Collections.Concurrent;
using WebFarm.Processes;

namespace WebFarm;

/// <summary>
/// The farm: a gateway, a cache, and instances of samples/WebApi, all of them real processes or real HTTP on the
/// loopback address; and everything that can be done to them. Disposing it ends every process.
/// </summary>
public sealed class Farm : IAsyncDisposable
{
    /// <summary>What is said of an instance whose process ended although nobody ended it.</summary>
    public const string UnexpectedEnd = "ended by itself";

    private const string PauseFault = "pause";

    private readonly FarmSettings _settings;
    private readonly SemaphoreSlim _changes = new(1, 1);
    private volatile FarmInstance[] _instances = [];
    private string _prefix = NewPrefix();
    private readonly ConcurrentDictionary<int, int> _logCounts = new();
    private int _unexpectedEnds;
    private bool _isStopping;

    private Farm(FarmSettings settings, FarmGateway gateway, FarmCache cache, Timeline timeline)
    {
        (_settings, Gateway, Cache, Timeline) = (settings, gateway, cache, timeline);
        Watch = new GatewayWatch(gateway.Emulator.Calls, timeline);
        Watch.Start();
    }

    public FarmGateway Gateway { get; }

    /// <summary>What the gateway has counted.</summary>
    public GatewayWatch Watch { get; }

    public Timeline Timeline { get; }

    public IReadOnlyList<FarmInstance> Instances => _instances;

    public FarmCache Cache { get; }

    /// <summary>How many processes ended although nobody ended them.</summary>
    public int UnexpectedEnds => Volatile.Read(ref _unexpectedEnds);

    /// <summary>How often all instances together logged an event.</summary>
    public int LogCount(int eventId) => _logCounts.GetValueOrDefault(eventId);

    /// <summary>Starts the gateway and the cache; instances are started by <see cref="StartInstancesAsync"/>.</summary>
    public static async Task<Farm> StartAsync(FarmSettings settings, CancellationToken cancellationToken)
    {
        var gateway = await FarmGateway.StartAsync(settings, cancellationToken);
        try
        {
            var timeline = new Timeline();
            return new Farm(settings, gateway, await FarmCache.StartAsync(settings, timeline, cancellationToken), timeline);
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts all instances at once, none of which has a session yet: also the store knows nothing, since they use a
    /// name prefix of their own there. Those that were there before are stopped.
    /// </summary>
    /// <param name="loginAtStartup">When they log in.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task StartInstancesAsync(string loginAtStartup, CancellationToken cancellationToken)
    {
        await StopInstancesAsync();
        _prefix = NewPrefix();
        var instances = Enumerable.Range(1, _settings.Instances).Select(number => new FarmInstance(number)).ToArray();
        _instances = instances;
        await Task.WhenAll(instances.Select(instance => StartProcessAsync(instance, loginAtStartup, cancellationToken)));
    }

    /// <summary>Adds an instance.</summary>
    public async Task<FarmInstance> AddInstanceAsync(CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        FarmInstance instance;
        try
        {
            instance = new FarmInstance(_instances.Length + 1);
            _instances = [.. _instances, instance];
        }
        finally
        {
            _changes.Release();
        }

        await RestartAsync(instance, cancellationToken);
        return instance;
    }

    /// <summary>Kills an instance's process (SIGKILL).</summary>
    public async Task KillAsync(FarmInstance instance)
    {
        if (instance.Process is { State: not ProcessState.Ended } process)
        {
            Timeline.Begin(instance.Name, "kill", "was killed");
            await process.KillAsync();
        }
    }

    /// <summary>Starts a new process where one has ended.</summary>
    public async Task RestartAsync(FarmInstance instance, CancellationToken cancellationToken)
    {
        if (instance.State is ProcessState.Ended)
        {
            await StartProcessAsync(instance, "Background", cancellationToken);
        }
    }

    /// <summary>Freezes an instance (SIGSTOP).</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows, where that isn't possible.</exception>
    public async Task PauseAsync(FarmInstance instance)
    {
        if (instance.Process is { State: ProcessState.Running } process)
        {
            Timeline.Begin(instance.Name, PauseFault, "was paused");
            await process.PauseAsync();
        }
    }

    /// <summary>Lets a frozen instance go on (SIGCONT).</summary>
    public async Task ResumeAsync(FarmInstance instance)
    {
        if (instance.Process is { State: ProcessState.Paused } process)
        {
            await process.ResumeAsync();
            Timeline.End(instance.Name, PauseFault, "went on");
        }
    }

    /// <summary>Lets the farm's renewal lock be held by nobody, until <see cref="FarmCache.FreeLockAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The cache is not the farm's own, or holds no session yet.</exception>
    public Task HoldLockAsync(CancellationToken cancellationToken) => Cache.HoldLockAsync(_prefix, cancellationToken);

    public void BeginGatewayFault(GatewayFault fault)
    {
        EndGatewayFault();
        Gateway.BeginFault(fault);
        Timeline.Begin(FarmEvent.GatewayLane, $"{fault}", FarmGateway.Describe(fault));
    }

    public void EndGatewayFault()
    {
        if (Gateway.Fault is { } fault)
        {
            Gateway.EndFault();
            Timeline.End(FarmEvent.GatewayLane, $"{fault}", "was well again");
        }
    }

    /// <summary>Logs the user out, through one of the instances.</summary>
    /// <exception cref="HttpRequestException">The instance could not do it.</exception>
    /// <exception cref="InvalidOperationException">No instance is running.</exception>
    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        var process = _instances.FirstOrDefault(instance => instance.State is ProcessState.Running)?.Process
            ?? throw new InvalidOperationException("No instance is running that could log out.");
        using var request = new HttpRequestMessage(HttpMethod.Post, "logout");
        request.Headers.Authorization = new("Bearer", Gateway.Emulator.IssueAccessToken(FarmGateway.UserId));
        using var response = await process.Client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await StopInstancesAsync();
        await Watch.DisposeAsync();
        await Cache.DisposeAsync();
        await Gateway.DisposeAsync();
        _changes.Dispose();
    }

    private static string NewPrefix() => $"farm-{Guid.NewGuid():n}:";

    private async Task StopInstancesAsync()
    {
        await Task.WhenAll(_instances.Select(instance => instance.Process?.DisposeAsync().AsTask() ?? Task.CompletedTask));
        _instances = [];
    }

    private async Task StartProcessAsync(FarmInstance instance, string loginAtStartup, CancellationToken cancellationToken)
    {
        var last = instance.Process;
        instance.LastGeneration = null;
        var settings = InstanceEnvironment.Make(_settings, Gateway, Cache.Address, _prefix, loginAtStartup);
        _settings.Configure?.Invoke(instance.Number, settings);
        WebApiProcess process;
        instance.IsStarting = true;
        try
        {
            process = await WebApiProcess.StartAsync(_settings.App, settings, line => OnLogged(instance, line), cancellationToken);
            instance.Process = process;
        }
        finally
        {
            instance.IsStarting = false;
        }

        if (_isStopping)
        {
            await process.DisposeAsync();
            return;
        }

        instance.UpSince = TimeProvider.System.GetTimestamp();
        instance.Starts++;
        Timeline.Add(instance.Name, FarmEventKind.Up, $"process {process.Id} is up at {process.BaseAddress}");
        _ = ReportEndAsync(instance, process);
        if (last is not null)
        {
            await last.DisposeAsync();
        }
    }

    private async Task ReportEndAsync(FarmInstance instance, WebApiProcess process)
    {
        var isUnexpected = await process.Ended;
        if (isUnexpected && !_isStopping)
        {
            Interlocked.Increment(ref _unexpectedEnds);
        }

        Timeline.Add(instance.Name, FarmEventKind.Down, isUnexpected ? UnexpectedEnd : "process ended");
    }

    private void OnLogged(FarmInstance instance, LogLine line)
    {
        _logCounts.AddOrUpdate(line.EventId, 1, (_, count) => count + 1);
        if (InstanceEvents.KindOf(line) is { } known && !IsKnown(instance, known, line.Generation))
        {
            Timeline.Add(new FarmEvent(line.At, instance.Name, known, line.Text, line.Generation));
        }
    }

    /// <summary>
    /// Whether an instance only says again which generation it has: a renewal that ends in an adoption says "adopted"
    /// and then "ready".
    /// </summary>
    private static bool IsKnown(FarmInstance instance, FarmEventKind kind, long? generation)
    {
        if (kind is not (FarmEventKind.Renewed or FarmEventKind.Adopted) || generation is null)
        {
            return false;
        }

        var isKnown = kind is FarmEventKind.Renewed && instance.LastGeneration == generation;
        instance.LastGeneration = generation;
        return isKnown;
    }
}
