using SxtAspNet.Simulation.World;
using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>What a seed came to.</summary>
internal sealed record SimulationResult(int Seed, IReadOnlyList<string> Violations, IReadOnlyList<string> Trace, int Logins, int Refreshes, int Exchanges, int Requests, int Failed);

/// <summary>
/// One farm's life under faults: a seed decides its size, its gateway, its cache and everything that goes wrong. The
/// rules are checked at each step; at the end all faults stop, and the farm must come back to one session.
/// </summary>
internal sealed partial class FarmSimulation : IDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(100);
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(8);

    /// <summary>A renewal whose notice is lost is seen by the next poll.</summary>
    private static readonly TimeSpan PollAndMore = TimeSpan.FromSeconds(20);

    private readonly int _seed;
    private readonly Random _random;
    private readonly VirtualClock _clock = new();
    private readonly List<string> _trace = [];
    private readonly List<string> _violations = [];
    private readonly List<Instance> _instances = [];
    private readonly List<Instance> _everyone = [];
    private readonly SxtGatewayEmulator _gateway;
    private readonly GatewayWeather _weather;
    private readonly Room _room;
    private readonly FarmCredentials _credentials;
    private readonly string _userId;
    private readonly bool _hasDevice;
    private readonly bool _hasSeal;
    private readonly RecordReader _records;
    private int _names;
    private int _requests;
    private int _failed;
    private bool _isCalm = true;
    private TimeSpan _calmSince = TimeSpan.Zero;

    public FarmSimulation(int seed)
    {
        _seed = seed;
        _random = new Random(seed);

        // What a probe may find of a gateway; drawn apart, so that a setting more changes nothing else about a seed.
        var profile = new Random(~seed);
        _gateway = new SxtGatewayEmulator(
            new SxtGatewayEmulatorOptions
            {
                OldAccessTokensSurviveRefresh = _random.NextDouble() < 0.4,
                AllowRefreshTokenReuse = _random.NextDouble() < 0.2,
                SendSessionExpires = _random.NextDouble() < 0.7,
                SessionLifetime = _random.NextDouble() < 0.3 ? TimeSpan.FromMinutes(70) : TimeSpan.FromHours(24),
                ReusedRefreshTokenEndsSession = profile.NextDouble() < 0.7,
                RefreshExtendsSession = profile.NextDouble() < 0.2,
                LogoutEndsAllSessions = profile.NextDouble() < 0.7,
                AllowChallengeReuse = profile.NextDouble() < 0.2,
                RefusedTokenStatus = profile.NextDouble() < 0.3 ? 200 : 401,
                AdditionalMembers = profile.NextDouble() < 0.3 ? ["region"] : [],
            },
            new GatewayTime(_clock));
        _weather = new GatewayWeather
        {
            HasNoDate = _random.NextDouble() < 0.1,
            ProxyClockError = TimeSpan.FromMinutes(_random.Next(-300, 300)),
        };
        _credentials = _random.NextDouble() switch
        {
            < 0.15 => FarmCredentials.ApiKey,
            < 0.3 => FarmCredentials.ApiKeyLast,
            < 0.4 => FarmCredentials.ApiKeyFirst,
            _ => FarmCredentials.Signing,
        };
        _userId = _credentials is FarmCredentials.ApiKey && _random.NextDouble() < 0.5 ? "" : Instance.User;
        _hasDevice = _credentials is not FarmCredentials.ApiKey && profile.NextDouble() < 0.3;
        _hasSeal = _hasDevice || profile.NextDouble() < 0.2;
        _room = new Room(_clock, _random, isAtomic: _random.NextDouble() < 0.7);
        _room.Written += CheckWrite;
        _records = new RecordReader(_gateway.BaseAddress, _userId);
    }

    public SimulationResult Run()
    {
        var size = _random.NextDouble() < 0.1 ? 8 : _random.Next(1, 6);
        Trace($"{size} instances, {(_gateway.Options.OldAccessTokensSurviveRefresh ? "lenient" : "strict")} gateway, sessions of {_gateway.Options.SessionLifetime}, credentials: {_credentials}{(_hasDevice ? " in a device" : "")}{(_hasSeal ? ", with a seal" : "")}");
        MakeFirstKeys();
        for (var i = 0; i < size; i++)
        {
            Add();
        }

        PlanFaults();
        _clock.RunUntil(Duration, Check);

        EndAllFaults();
        _clock.RunUntil(Duration + (IsRotationFelt ? RotationIsFeltFor : Settling), Check);
        if (_clock.Now - _lastRenewal < PollAndMore)
        {
            _clock.RunUntil(_clock.Now + PollAndMore, Check);
        }

        CheckTheEnd();
        foreach (var instance in _everyone)
        {
            instance.Dispose();
        }

        return new SimulationResult(
            _seed,
            _violations,
            _trace,
            _gateway.Calls.Count(SxtGatewayCallKind.Token),
            _gateway.Calls.Count(SxtGatewayCallKind.Refresh),
            _gateway.Calls.Count(SxtGatewayCallKind.ApiKeyExchange),
            _requests,
            _failed);
    }

    public void Dispose()
    {
        _gateway.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _records.Dispose();
    }

    private Instance Add()
    {
        // Where no answer tells the time, clocks may be hours wrong.
        var worst = _weather.HasNoDate ? 6 * 3600 : 900;
        var clockError = TimeSpan.FromSeconds(_random.NextDouble() < 0.5 ? 0 : _random.Next(-worst, worst));
        var instance = new Instance($"i{++_names}", _clock, _room, _gateway, _weather, new Random(_random.Next()), Violate, Trace, clockError, _userId, _hasSeal);
        _instances.Add(instance);
        _everyone.Add(instance);
        Trace($"{instance.Name} starts, its wall clock {clockError.TotalSeconds:+0;-0;0} s wrong");
        instance.Keys.Put(_key, _secondKey, _lastKey);
        PutSeals(instance);
        instance.Start();
        PlanRequests(instance);
        PlanColdRequests(instance);
        return instance;
    }

    private void Trace(string message) => _trace.Add($"{_clock.Now:hh\\:mm\\:ss\\.fff} {message}");

    private void Violate(string what)
    {
        Trace("VIOLATION: " + what);
        _violations.Add($"{_clock.Now:hh\\:mm\\:ss\\.fff} {what}");
    }
}
