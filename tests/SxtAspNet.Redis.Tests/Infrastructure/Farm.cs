using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>Several instances in this process, with one key, at one emulator. They share through what a test tells them.</summary>
internal sealed class Farm : IAsyncDisposable
{
    private readonly List<Instance> _instances = [];

    public Farm(SxtGatewayEmulatorOptions? gateway = null)
    {
        // Calls that take a moment let everything happen at once that can.
        Gateway = new SxtGatewayEmulator(gateway ?? new() { Latency = TimeSpan.FromMilliseconds(20) });
        AddUser(User, Key);
    }

    public SxtGatewayEmulator Gateway { get; }

    public SharedKey Key { get; } = new();

    /// <summary>The user of all instances: no other test's.</summary>
    public string User { get; } = $"user-{Guid.NewGuid():N}";

    /// <summary>What the farm's keys begin with: no other test's do.</summary>
    public string Prefix { get; } = $"test-{Guid.NewGuid():N}:";

    public IReadOnlyList<Instance> Instances => _instances;

    /// <summary>The tokens that instances received from the gateway.</summary>
    public GatewayTokens Tokens { get; } = new();

    public int Logins => Gateway.Calls.Count(SxtGatewayCallKind.Token);

    public int Refreshes => Gateway.Calls.Count(SxtGatewayCallKind.Refresh);

    /// <summary>Logins and refreshes.</summary>
    public int Grants => Logins + Refreshes;

    /// <summary>All that was asked of the gateway but queries.</summary>
    public int AuthenticationCalls => Enum.GetValues<SxtGatewayCallKind>()
        .Where(kind => kind is not SxtGatewayCallKind.Sql)
        .Sum(Gateway.Calls.Count);

    public Instance Owner => Instances.Single(instance => instance.Status.Mode is SxtSessionMode.Owner);

    public void AddUser(string user, SharedKey key) => Gateway.AddUser(user, key.PublicKey);

    /// <summary>Adds an instance, not yet started, that shares through the Redis of a connection string.</summary>
    public Instance Add(
        string configuration,
        Action<SxtOptions>? options = null,
        Action<SxtRedisOptions>? redis = null,
        SharedKey? key = null) =>
        Add(
            sxt => sxt.AddRedis(settings =>
            {
                settings.Configuration = Times.Patiently(configuration);
                settings.Prefix = Prefix;
                settings.LockLease = Times.LongLease;
                redis?.Invoke(settings);
            }),
            options,
            key);

    /// <summary>Adds an instance, not yet started.</summary>
    public Instance Add(Action<SxtBuilder> share, Action<SxtOptions>? options = null, SharedKey? key = null)
    {
        var instance = new Instance(services =>
        {
            services.UseSxtGatewayEmulator(Gateway);
            share(services.AddSxt(settings =>
            {
                settings.UserId = User;

                // A busy machine is no outage: whatever answers at all does so within this.
                settings.StoreTimeout = TimeSpan.FromSeconds(30);
                options?.Invoke(settings);
            }));
            services.AddHttpClient(Instance.Client).AddSxtTokenHandler();
            services.PostConfigureAll<SxtOptions>(settings =>
            {
                settings.Keys.Clear();
                settings.Keys.Add(new() { Source = key ?? Key });
                settings.BackchannelHttpHandler = Tokens.Observe(settings.BackchannelHttpHandler!);
            });
        });
        _instances.Add(instance);
        return instance;
    }

    /// <summary>Adds instances and starts them, all at once.</summary>
    public async Task StartAsync(int count, string configuration, Action<SxtOptions>? options = null)
    {
        var added = Enumerable.Range(0, count).Select(_ => Add(configuration, options)).ToArray();
        await Task.WhenAll(added.Select(instance => Task.Run(instance.StartAsync)));
        await IsOnOneGenerationAsync();
    }

    /// <summary>Waits until all instances share one session.</summary>
    public async Task IsOnOneGenerationAsync(Func<long, bool>? expected = null) =>
        await Eventually.IsTrueAsync(
            () => Instances.Select(instance => instance.Status).ToArray() is var all
                && all.All(status => status.State is SxtSessionState.Active && status.Mode is not SxtSessionMode.Private)
                && all.Select(status => status.Generation).Distinct().Count() == 1
                && (expected is null || expected(all[0].Generation)),
            "all instances share one session",
            Describe);

    /// <summary>Waits until all instances say that something is wrong, though they have a token.</summary>
    public Task IsDegradedAsync() => Eventually.IsTrueAsync(
        () => Instances.All(instance => instance.Status.State is SxtSessionState.Degraded), "all instances are degraded", Describe);

    /// <summary>Sends requests from all instances at once; all must succeed.</summary>
    public async Task QueryAllAsync(int each = 1)
    {
        var answers = await Task.WhenAll(Instances.SelectMany(
            instance => Enumerable.Range(0, each).Select(_ => Task.Run(instance.QueryAsync))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    /// <summary>Instances that go: their providers are disposed, nothing else is said to anybody.</summary>
    public async Task RemoveAsync(params Instance[] instances)
    {
        foreach (var instance in instances)
        {
            _instances.Remove(instance);
            await instance.DisposeAsync();
        }
    }

    public string Describe() => string.Join("; ", Instances);

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await Gateway.DisposeAsync();
    }
}
