using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Testing;
using WebFarm;
using WebFarm.Check;
using WebFarm.Processes;
using WebFarm.Traffic;

namespace SxtAspNet.Farm.Tests.Infrastructure;

/// <summary>A farm of real processes under test; what it expects is counted by the gateway, not by the instances.</summary>
internal sealed class TestFarm : IAsyncDisposable
{
    /// <summary>A call's time limit where the cache is to be missed; else a busy machine's slow start could look like that.</summary>
    public static readonly TimeSpan ShortStoreTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A renewal every nine seconds or so, with margins that suit a busy machine.</summary>
    public static readonly FarmSettings Lively = new()
    {
        Rate = 10,
        AccessTokenLifetime = TimeSpan.FromSeconds(18),
        RefreshTokenLifetime = TimeSpan.FromSeconds(20),
        RenewBefore = TimeSpan.FromSeconds(9),
        RenewJitter = TimeSpan.FromSeconds(0.5),
        GatewayTimeout = TimeSpan.FromSeconds(8),
        LockLease = TimeSpan.FromSeconds(5),
        StoreTimeout = TimeSpan.FromSeconds(10),
        StorePollInterval = TimeSpan.FromSeconds(0.5),
        AcquireTimeout = TimeSpan.FromSeconds(40),
        SessionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>No renewal falls due while a test runs: what happens is the test's doing.</summary>
    public static readonly FarmSettings Quiet = Lively with
    {
        AccessTokenLifetime = TimeSpan.FromMinutes(20),
        RefreshTokenLifetime = TimeSpan.FromMinutes(30),
        SessionLifetime = TimeSpan.FromHours(24),
        RenewBefore = TimeSpan.FromMinutes(5),
        GatewayTimeout = TimeSpan.FromSeconds(30),
        LockLease = TimeSpan.FromSeconds(30),
        StoreTimeout = TimeSpan.FromSeconds(30),
        AcquireTimeout = TimeSpan.FromSeconds(90),
    };

    private readonly FarmSettings _settings;
    private readonly CancellationTokenSource _endOfTraffic = new();
    private TrafficGenerator? _traffic;
    private int _firstLogins;
    private Task _sending = Task.CompletedTask;

    private TestFarm(WebFarm.Farm farm, FarmSettings settings)
    {
        (Farm, _settings) = (farm, settings);
        Farm.Timeline.Added += Ledger.Note;
    }

    public WebFarm.Farm Farm { get; }

    public RenewalLedger Ledger { get; } = new();

    public SxtGatewayEmulator Gateway => Farm.Gateway.Emulator;

    public SxtGatewayCalls Calls => Gateway.Calls;

    public int Logins => Calls.Count(SxtGatewayCallKind.Token);

    /// <summary>Logins since all instances shared a session for the first time: what the test's fault cost.</summary>
    public int FurtherLogins => Logins - _firstLogins;

    public int Refreshes => Calls.Count(SxtGatewayCallKind.Refresh);

    public IReadOnlyList<FarmInstance> Instances => Farm.Instances;

    public IEnumerable<FarmInstance> Running => Instances.Where(instance => instance.State is ProcessState.Running);

    /// <summary>Starts a farm whose instances log in at once, and waits until they share one session.</summary>
    public static async Task<TestFarm> StartAsync(FarmSettings settings)
    {
        var farm = await StartEmptyAsync(settings);
        try
        {
            await farm.Farm.StartInstancesAsync("Background", TestContext.Current.CancellationToken);
            await farm.AgreeAsync();
            farm._firstLogins = farm.Logins;
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a farm without an instance.</summary>
    public static async Task<TestFarm> StartEmptyAsync(FarmSettings settings) =>
        new(await WebFarm.Farm.StartAsync(settings, TestContext.Current.CancellationToken), settings);

    public void StartTraffic()
    {
        _traffic = new TrafficGenerator(Farm, _settings.Rate);
        _sending = _traffic.RunAsync(_endOfTraffic.Token);
    }

    /// <summary>Ends the traffic; there was some, and no request failed of any instance but one that could not.</summary>
    public async Task StopTrafficAsync(FarmInstance? except = null)
    {
        await _endOfTraffic.CancelAsync();
        await _sending;
        var figures = Instances.Where(instance => instance != except).Select(instance => instance.Figures).ToArray();
        Assert.NotEqual(0, figures.Sum(figure => figure.Count(RequestOutcome.Good)));
        Assert.True(
            figures.Sum(figure => figure.Count(RequestOutcome.Failed)) == 0,
            string.Join(Environment.NewLine, _traffic!.Failures.Select(failure => $"{failure} {string.Join(Environment.NewLine, failure.Log)}")));
    }

    /// <summary>What happened cost this many logins; if not, the message tells what happened.</summary>
    public void AssertFurtherLogins(int least, int most) => Assert.True(
        FurtherLogins >= least && FurtherLogins <= most, $"{FurtherLogins} further logins, not {least} to {most}. {Describe()}");

    public void AssertFurtherLogins(int count) => AssertFurtherLogins(count, count);

    /// <summary>What must hold whatever happens: no refresh token was used twice, and no token that is over.</summary>
    public void AssertNoTokenMisused()
    {
        Assert.Equal(0, Calls.ReusedRefreshTokens);
        Assert.Equal(0, Calls.ExpiredTokensPresented);
        Assert.Equal(0, Farm.UnexpectedEnds);
    }

    /// <summary>Waits until all instances that run share one session, newer than a generation.</summary>
    /// <returns>Its generation.</returns>
    public async Task<long> AgreeAsync(long above = 0, params FarmInstance[] except)
    {
        var generation = 0L;
        await Eventually.IsTrueAsync(
            async () =>
            {
                var sessions = await Task.WhenAll(
                    Running.Except(except).Select(instance => instance.ReadSessionAsync(TestContext.Current.CancellationToken)));
                generation = sessions[0]?.Generation ?? 0;
                return generation > above && sessions.All(session =>
                    session is { State: "Active", Mode: "Owner" or "Shared" } && session.Generation == generation);
            },
            $"all instances share a session newer than {above}",
            Describe);
        return generation;
    }

    /// <summary>The instance that renews the farm's session first.</summary>
    public async Task<FarmInstance> OwnerAsync()
    {
        FarmInstance? owner = null;
        await Eventually.IsTrueAsync(
            async () =>
            {
                await AgreeAsync();
                foreach (var instance in Running)
                {
                    if (await SessionOf(instance) is { Mode: "Owner" })
                    {
                        owner = instance;
                    }
                }

                return owner is not null;
            },
            "an instance owns the session",
            Describe);
        return owner!;
    }

    /// <summary>Waits until an instance's session is as expected.</summary>
    public Task IsTrueOfAsync(FarmInstance instance, Func<InstanceSession, bool> condition, string expectation) =>
        Eventually.IsTrueAsync(
            async () => await SessionOf(instance) is { } session && condition(session), $"instance {instance.Name} {expectation}", Describe);

    public static Task<InstanceSession?> SessionOf(FarmInstance instance) =>
        instance.ReadSessionAsync(TestContext.Current.CancellationToken);

    /// <summary>What an instance's health check says in one word.</summary>
    public static async Task<string?> HealthOfAsync(FarmInstance instance)
    {
        using var response = await instance.Process!.Client.GetAsync("health", TestContext.Current.CancellationToken);
        var report = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return report.GetProperty("status").GetString();
    }

    /// <summary>Sends requests through instances, all at once; all must succeed.</summary>
    public static async Task RequestAsync(IEnumerable<FarmInstance> instances, int each = 1)
    {
        var codes = await Task.WhenAll(instances.SelectMany(instance => Enumerable.Range(0, each).Select(async _ =>
        {
            using var response = await instance.Process!.Client.GetAsync("blocks", TestContext.Current.CancellationToken);
            return response.StatusCode;
        })));
        Assert.All(codes, code => Assert.Equal(HttpStatusCode.OK, code));
    }

    public async ValueTask DisposeAsync()
    {
        await _endOfTraffic.CancelAsync();
        await _sending;
        await Farm.DisposeAsync();
        _endOfTraffic.Dispose();
    }

    public string Describe() => string.Join(
        Environment.NewLine, Farm.Timeline.Since(DateTimeOffset.MinValue).TakeLast(80).Select(farmEvent => $"{farmEvent.At:HH:mm:ss.fff} {farmEvent.Lane} {farmEvent.Kind} {farmEvent.Text}"));
}
