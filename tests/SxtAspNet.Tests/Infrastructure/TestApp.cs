using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>
/// An app with one identity, an emulator in memory and virtual time. Detached work runs inline, so that nothing
/// happens between two lines of a test but what virtual time brings.
/// </summary>
internal sealed class TestApp : IAsyncDisposable
{
    public const string User = "orders-service";
    public const string Client = "api";

    private readonly ServiceProvider _provider;
    private readonly List<IHostedLifecycleService> _started = [];

    public TestApp(
        Action<SxtOptions>? options = null,
        Action<IServiceCollection>? services = null,
        SxtGatewayEmulatorOptions? gateway = null,
        TimeSpan localClockOffset = default,
        bool isDeterministic = true,
        TestKeySource? key = null)
    {
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var emulatorOptions = gateway ?? new SxtGatewayEmulatorOptions();
        emulatorOptions.ClockOffset -= localClockOffset;
        Gateway = new SxtGatewayEmulator(emulatorOptions, Time);
        Recorder = new RequestRecorder();

        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Time);
        if (isDeterministic)
        {
            collection.AddSingleton(new Runtime(Time) { Random = () => 0.5, StartDetached = work => _ = work(), StartForeign = static call => call(), Completions = TaskCreationOptions.None });
        }

        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
        collection.AddSxt(settings =>
        {
            settings.UserId = User;
            options?.Invoke(settings);
        });
        collection.AddHttpClient(Client).AddSxtTokenHandler().AddHttpMessageHandler(() => new RecordingHandler(Recorder));
        if (key is null)
        {
            collection.UseSxtGatewayEmulator(Gateway);
        }
        else
        {
            // As against a real gateway: an own key, and the framework's handlers down to the innermost.
            Gateway.AddUser(User, key.PublicKey);
            collection.PostConfigureAll<SxtOptions>(settings =>
                (settings.GatewayUrl, settings.BackchannelHttpHandler) = (Gateway.BaseAddress, Gateway.CreateHandler()));
            collection.UseKeys(key);
            collection.ConfigureHttpClientDefaults(defaults => defaults.ConfigurePrimaryHttpMessageHandler(Gateway.CreateHandler));
        }

        services?.Invoke(collection);
        _provider = collection.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public FakeTimeProvider Time { get; }

    public SxtGatewayEmulator Gateway { get; }

    /// <summary>What left the token handler.</summary>
    public RequestRecorder Recorder { get; }

    public IServiceProvider Services => _provider;

    public ISxtSession Session => _provider.GetRequiredService<ISxtSession>();

    public FakeLogCollector Logs => _provider.GetFakeLogCollector();

    public int Logins => Gateway.Calls.Count(SxtGatewayCallKind.Token);

    public int Refreshes => Gateway.Calls.Count(SxtGatewayCallKind.Refresh);

    public HttpClient CreateClient(string name = Client) => _provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    /// <summary>Asks the gateway's SQL API through the token handler.</summary>
    public Task<HttpResponseMessage> QueryAsync(HttpClient? client = null) =>
        (client ?? CreateClient()).PostAsync("v1/sql/dql", Query(), TestContext.Current.CancellationToken);

    /// <summary>The same, for a caller that may give up.</summary>
    public Task<HttpResponseMessage> QueryAsync(CancellationToken cancellationToken) =>
        CreateClient().PostAsync("v1/sql/dql", Query(), cancellationToken);

    public static HttpContent Query() => JsonContent.Create(new { sqlText = "SELECT * FROM ETHEREUM.BLOCKS" });

    /// <summary>Starts the hosted services, as a host does.</summary>
    public async Task StartAsync()
    {
        foreach (var service in _provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
        {
            await service.StartingAsync(TestContext.Current.CancellationToken);
            await service.StartAsync(TestContext.Current.CancellationToken);
            _started.Add(service);
        }
    }

    /// <summary>Stops the hosted services, as a host does.</summary>
    public async Task StopAsync()
    {
        foreach (var service in _started)
        {
            await service.StopAsync(TestContext.Current.CancellationToken);
            await service.StoppedAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets virtual time pass in steps, so that timers set by timers fire at their time.</summary>
    public void Pass(TimeSpan time, TimeSpan? step = null)
    {
        var until = Time.GetUtcNow() + time;
        while (Time.GetUtcNow() < until)
        {
            var rest = until - Time.GetUtcNow();
            var next = step ?? TimeSpan.FromSeconds(1);
            Time.Advance(rest < next ? rest : next);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}
