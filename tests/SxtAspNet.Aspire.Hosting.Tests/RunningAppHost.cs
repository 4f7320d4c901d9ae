using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Aspire.Hosting.Tests;
using SxtAspNet.Testing;

[assembly: AssemblyFixture(typeof(RunningAppHost))]

namespace SxtAspNet.Aspire.Hosting.Tests;

/// <summary>The sample's app host, started once for all tests, without its dashboard.</summary>
public sealed class RunningAppHost : IAsyncLifetime
{
    public static readonly string[] Instances = ["webapi-1", "webapi-2", "webapi-3"];

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);

    private DistributedApplication? _app;
    private OtlpReceiver? _receiver;

    public DistributedApplication App => _app!;

    /// <summary>What the instances export.</summary>
    internal OtlpReceiver Telemetry => _receiver!;

    public SxtGatewayEmulator Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(limit.Token);
        _receiver = await OtlpReceiver.StartAsync(limit.Token);
        var redis = builder.CreateResourceBuilder<ConnectionStringResource>("redis").Resource.ConnectionStringExpression;
        foreach (var instance in Instances)
        {
            builder.CreateResourceBuilder<ProjectResource>(instance)
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", _receiver.Address)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")

                // On a busy machine an instance must not give up on Redis or on the lock, and log in for itself, rightly.
                .WithEnvironment("ConnectionStrings__redis", ReferenceExpression.Create($"{redis},connectTimeout=30000,asyncTimeout=30000"))
                .WithEnvironment("SxtRedis__LockLease", "00:00:30")
                .WithEnvironment("Sxt__StoreTimeout", "00:00:30")
                .WithEnvironment("Sxt__GatewayTimeout", "00:01:00")
                .WithEnvironment("Sxt__AcquireTimeout", "00:05:00");
        }

        _app = await builder.BuildAsync(limit.Token);
        await _app.StartAsync(limit.Token);
        foreach (var instance in Instances)
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(instance, limit.Token);
        }

        Gateway = await Resource<SxtGatewayResource>("sxt").GetEmulatorAsync(limit.Token);
    }

    public T Resource<T>(string name)
        where T : IResource =>
        App.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<T>().Single(resource => resource.Name == name);

    /// <summary>The configuration that an instance gets.</summary>
    public async Task<Dictionary<string, string?>> GetSettingsAsync(string instance)
    {
        var context = App.Services.GetRequiredService<DistributedApplicationExecutionContext>();
        var variables = await EnvironmentVariables.OfAsync(Resource<ProjectResource>(instance), context);
        return variables.ToDictionary(variable => variable.Key.Replace("__", ":", StringComparison.Ordinal), string? (variable) => variable.Value);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null)
        {
            return;
        }

        var started = ProcessTree.StartedFor(Environment.ProcessId);
        var keyFile = (await GetSettingsAsync(Instances[0]))["Sxt:Keys:0:File"]!;
        var redis = App.GetEndpoint("redis-server", "tcp");
        var gateway = Gateway.BaseAddress;
        Assert.True(File.Exists(keyFile));

        await _app.DisposeAsync();
        await _receiver!.DisposeAsync();

        // An app host that leaves something behind fails here.
        Assert.False(Directory.Exists(Path.GetDirectoryName(keyFile)));
        Assert.False(await IsListeningAsync(gateway));
        using var limit = new CancellationTokenSource(StopLimit);
        while (await IsListeningAsync(redis) || started.Any(static process => process.IsRunning))
        {
            Assert.False(limit.IsCancellationRequested, $"Left behind: {string.Join(", ", started.Where(static process => process.IsRunning))}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static async Task<bool> IsListeningAsync(Uri address)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
