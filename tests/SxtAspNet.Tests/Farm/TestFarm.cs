using System.Net;
using System.Net.Http.Json;
using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Farm;

/// <summary>A farm in one process and in virtual time: N instances, one emulator, one room that they share.</summary>
internal sealed class TestFarm : IAsyncDisposable
{
    public const string User = "orders-service";

    private readonly Action<SxtOptions>? _options;
    private readonly Random _random = new(42);

    public TestFarm(int instances, SxtGatewayEmulatorOptions? gateway = null, Action<SxtOptions>? options = null)
    {
        _options = options;
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Gateway = new SxtGatewayEmulator(gateway, Time);
        Room = new SharedRoom(Time);
        for (var i = 0; i < instances; i++)
        {
            Add();
        }
    }

    public FakeTimeProvider Time { get; }

    public SxtGatewayEmulator Gateway { get; }

    public SharedRoom Room { get; }

    public List<Instance> Instances { get; } = [];

    public int Logins => Gateway.Calls.Count(SxtGatewayCallKind.Token);

    public int Refreshes => Gateway.Calls.Count(SxtGatewayCallKind.Refresh);

    public int Renewals => Logins + Refreshes;

    public Instance Owner => Instances.Single(instance => instance.Status.Mode == SxtSessionMode.Owner);

    public Instance Add(Action<SxtOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        var instance = new Instance(this, Room.Open(), settings =>
        {
            _options?.Invoke(settings);
            options?.Invoke(settings);
        }, services);
        Instances.Add(instance);
        return instance;
    }

    public async Task StartAsync()
    {
        foreach (var instance in Instances)
        {
            await instance.StartAsync();
        }
    }

    public void Pass(TimeSpan time, TimeSpan? step = null)
    {
        var until = Time.GetUtcNow() + time;
        while (Time.GetUtcNow() < until)
        {
            var rest = until - Time.GetUtcNow();
            var next = step ?? TimeSpan.FromMilliseconds(500);
            Time.Advance(rest < next ? rest : next);
        }
    }

    /// <summary>Lets time pass with a request of each instance in each step; all must succeed.</summary>
    public async Task PassWithTrafficAsync(TimeSpan time, TimeSpan? step = null)
    {
        var until = Time.GetUtcNow() + time;
        while (Time.GetUtcNow() < until)
        {
            foreach (var instance in Instances.Where(instance => instance.IsAlive))
            {
                await instance.SucceedAsync();
            }

            Pass(step ?? TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>To three seconds before the first instance renews (it sees the gateway's clock up to a second ahead).</summary>
    public void PassToRenewal() => Pass(
        Instances.Where(instance => instance.IsAlive).Min(instance => instance.Status.RenewalDueAt!.Value) - Time.GetUtcNow() - TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(5));

    public void AssertOneSession()
    {
        var generation = Assert.Single(Instances.Where(instance => instance.IsAlive).Select(instance => instance.Status.Generation).Distinct());
        Assert.NotEqual(0, generation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Instances)
        {
            await instance.DisposeAsync();
        }

        await Gateway.DisposeAsync();
    }

    internal sealed class Instance : IAsyncDisposable
    {
        private readonly TestFarm _farm;
        private readonly ServiceProvider _provider;
        private readonly HttpClient _client;
        private readonly GatewayLink _link = new();

        public Instance(TestFarm farm, SharedRoom.Door door, Action<SxtOptions> options, Action<IServiceCollection>? services)
        {
            _farm = farm;
            Door = door;
            var collection = new ServiceCollection();
            collection.AddSingleton<TimeProvider>(farm.Time);
            collection.AddSingleton(new Runtime(farm.Time)
            {
                Random = farm._random.NextDouble,
                StartDetached = work =>
                {
                    if (IsAlive)
                    {
                        _ = work();
                    }
                },
                StartForeign = static call => call(),
                Completions = TaskCreationOptions.None,
            });
            collection.UseSxtGatewayEmulator(farm.Gateway);
            collection.AddSingleton<ISxtSessionStore>(door);
            collection.AddSingleton<IDistributedLockProvider>(door);
            collection.AddKeyedSingleton<ISxtSessionNotices>("", door);
            collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
            collection.AddSxt(settings =>
            {
                settings.UserId = User;
                options(settings);
            });
            collection.AddHttpClient("api").AddSxtTokenHandler();
            collection.PostConfigureAll<SxtOptions>(settings =>
            {
                _link.InnerHandler ??= settings.BackchannelHttpHandler;
                settings.BackchannelHttpHandler = _link;
            });
            services?.Invoke(collection);
            _provider = collection.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
            _client = _provider.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        }

        public SharedRoom.Door Door { get; }

        public bool IsAlive { get; private set; } = true;

        /// <summary>Whether this instance reaches the gateway for its logins and refreshes.</summary>
        public bool IsCutFromGateway
        {
            set => _link.IsCut = value;
        }

        /// <summary>Whether the gateway's answers to this instance name no time.</summary>
        public bool IsToldNoTime
        {
            set => _link.IsDateless = value;
        }

        public IServiceProvider Services => _provider;

        public ISxtSession Session => _provider.GetRequiredService<ISxtSession>();

        public SxtSessionStatus Status => Session.Status;

        public FakeLogCollector Logs => _provider.GetFakeLogCollector();

        public async Task StartAsync()
        {
            foreach (var service in _provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            {
                await service.StartingAsync(TestContext.Current.CancellationToken);
                await service.StartAsync(TestContext.Current.CancellationToken);
            }
        }

        public async Task StopAsync()
        {
            foreach (var service in _provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            {
                await service.StoppedAsync(TestContext.Current.CancellationToken);
            }

            IsAlive = false;
        }

        /// <summary>The process is gone: nothing that it started goes on, and its leases end.</summary>
        public void Kill()
        {
            IsAlive = false;
            Door.Hangs = true;
            _link.IsDead = true;
        }

        public Task<HttpResponseMessage> SendAsync() => _client.PostAsync(
            "v1/sql", JsonContent.Create(new { sqlText = "SELECT * FROM ETHEREUM.BLOCKS" }), TestContext.Current.CancellationToken);

        public async Task SucceedAsync()
        {
            var sending = SendAsync();
            Assert.True(sending.IsCompleted, $"A request waited at {_farm.Time.GetUtcNow():O}.");
            using var response = await sending;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        public ValueTask DisposeAsync()
        {
            // Without the graceful part: some tests leave an instance that waits for ever.
            _client.Dispose();
            _provider.GetRequiredKeyedService<SessionManager>("").Dispose();
            return ValueTask.CompletedTask;
        }

        private sealed class GatewayLink : DelegatingHandler
        {
            public bool IsCut { get; set; }

            public bool IsDead { get; set; }

            public bool IsDateless { get; set; }

            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (IsCut)
                {
                    throw new HttpRequestException(HttpRequestError.ConnectionError, "The link is cut.");
                }

                var response = await base.SendAsync(request, cancellationToken);
                response.Headers.Date = IsDateless ? null : response.Headers.Date;
                return IsDead ? await new TaskCompletionSource<HttpResponseMessage>().Task : response;
            }
        }
    }
}
