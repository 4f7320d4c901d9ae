using System.Net;
using System.Net.Http.Json;
using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Outbound;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.World;

/// <summary>One instance of the farm: the real session, its links, and the requests that it makes.</summary>
internal sealed class Instance : IDisposable
{
    public const string User = "orders-service";

    private readonly VirtualClock _clock;
    private readonly ServiceProvider _provider;
    private readonly SessionManager _sessions;
    private readonly CurrentSession _current;
    private readonly HttpMessageInvoker _api;
    private readonly Uri _url;
    private readonly Queue<Action> _blockedCalls = new();
    private bool _isBlocked;

    public Instance(string name, VirtualClock clock, Room room, SxtGatewayEmulator gateway, GatewayWeather weather, Random random, Action<string> violation, Action<string> trace, TimeSpan wallClockError, string userId = User, bool hasSeal = false)
    {
        Name = name;
        _clock = clock;
        _url = new Uri(gateway.BaseAddress, "v1/sql");
        Process = new Process(clock);
        Door = new Room.Door(room, clock, Process);
        Link = new GatewayLink(clock, Process, gateway.CreateHandler(), weather, random, violation);
        Keys = new KeyFiles(clock, Process, random);
        ApiLink = new ApiLink(clock, Process, Link, gateway, weather, random, violation);

        var services = new ServiceCollection();
        services.AddSingleton(new Runtime(new InstanceTime(clock, Process, wallClockError))
        {
            Random = random.NextDouble,
            StartDetached = work => clock.After(TimeSpan.FromMilliseconds(random.Next(0, 6)), () => Process.WhenRunning(() => _ = work())),
            StartForeign = StartForeign,
            Completions = TaskCreationOptions.None,
        });
        services.UseSxtGatewayEmulator(gateway);
        services.AddSingleton<ISxtSessionStore>(Door);
        services.AddSingleton<IDistributedLockProvider>(Door);
        services.AddKeyedSingleton<ISxtSessionNotices>("", Door);
        services.AddSingleton<ILoggerFactory>(new TraceLoggerFactory(message => trace($"{name}: {message}"), violation));
        var identity = services.AddSxt(_ => { });
        foreach (var seal in hasSeal ? Keys.Seals : [])
        {
            identity.AddSealSource(_ => seal);
        }

        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.UserId = userId;
            options.BackchannelHttpHandler = Link;
            options.Keys.Clear();
            foreach (var source in Keys.Sources)
            {
                options.Keys.Add(new() { Source = source });
            }
        });
        _provider = services.BuildServiceProvider();
        _sessions = _provider.GetRequiredKeyedService<SessionManager>("");
        _current = _provider.GetRequiredKeyedService<CurrentSession>("");
        var handler = _provider.GetRequiredKeyedService<SxtTokenHandler>("");
        handler.InnerHandler = ApiLink;
        _api = new HttpMessageInvoker(handler);
    }

    public string Name { get; }

    /// <summary>Calls into foreign code block the threads that they run on.</summary>
    public bool IsBlocked
    {
        get => _isBlocked;
        set
        {
            _isBlocked = value;
            while (!_isBlocked && _blockedCalls.TryDequeue(out var call))
            {
                Process.WhenRunning(call);
            }
        }
    }

    public Process Process { get; }

    public Room.Door Door { get; }

    public GatewayLink Link { get; }

    public ApiLink ApiLink { get; }

    public KeyFiles Keys { get; }

    /// <summary>Whether the token is over and none has taken its place. One that the gateway ended before its time is another matter.</summary>
    public bool HasLapsed => _current.Usable is null && _current.SinceDeath is null;

    public SxtSessionStatus Status => _sessions.Status;

    public bool IsWarm { get; set; }

    /// <summary>When an API last answered 401 for a reason of its own, which is held against the next 401 for a while.</summary>
    public TimeSpan? RefusedAt { get; set; }

    public void Start() => Process.WhenRunning(_sessions.StartInBackground);

    /// <summary>Stops the app as a host does.</summary>
    public Task StopAsync() => _sessions.StopAsync(CancellationToken.None);

    public Task LogoutAsync() => _sessions.LogoutAsync(CancellationToken.None);

    /// <summary>Sends a request; null when it was answered, else why not.</summary>
    public async Task<string?> SendAsync(bool isReplayable, bool isRedirected, bool isRefused, CancellationToken cancellationToken)
    {
        _clock.CheckThread();
        using var request = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Content = isReplayable
                ? JsonContent.Create(new Query("SELECT * FROM ETHEREUM.BLOCKS LIMIT 1"))
                : new StreamContent(new MemoryStream("""{"sqlText":"SELECT * FROM ETHEREUM.BLOCKS LIMIT 1"}"""u8.ToArray()))
                {
                    Headers = { ContentType = new("application/json") },
                },
        };
        request.Options.Set(ApiLink.IsRedirected, isRedirected);
        request.Options.Set(ApiLink.IsRefused, isRefused);
        try
        {
            using var response = await _api.SendAsync(request, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? null : $"{(int)response.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            return "gave up";
        }
        catch (HttpRequestException failure)
        {
            return failure is SxtAuthenticationException typed ? typed.Reason.ToString() : failure.Message;
        }
    }

    public void Dispose()
    {
        Process.Kill();
        _sessions.Dispose();
        _provider.Dispose();
    }

    private void StartForeign(Action call)
    {
        if (_isBlocked)
        {
            _blockedCalls.Enqueue(call);
        }
        else
        {
            call();
        }
    }

    private sealed record Query(string SqlText);
}
