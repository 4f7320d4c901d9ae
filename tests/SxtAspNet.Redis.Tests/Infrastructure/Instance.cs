using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>One instance of a farm: an app's services, started and stopped as a host does.</summary>
internal sealed class Instance : IAsyncDisposable
{
    public const string Client = "api";

    private readonly ServiceProvider _provider;
    private readonly List<IHostedLifecycleService> _started = [];

    public Instance(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddFakeLogging());
        configure(services);
        _provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public ServiceProvider Services => _provider;

    public ISxtSession Session => _provider.GetRequiredService<ISxtSession>();

    public SxtSessionStatus Status => Session.Status;

    public bool HasLogged(int eventId) =>
        _provider.GetFakeLogCollector().GetSnapshot().Any(record => record.Id.Id == eventId);

    /// <summary>Asks the gateway's SQL API through the token handler.</summary>
    public async Task<HttpResponseMessage> QueryAsync()
    {
        var client = _provider.GetRequiredService<IHttpClientFactory>().CreateClient(Client);
        using var content = JsonContent.Create(new { sqlText = "SELECT * FROM ETHEREUM.BLOCKS" });
        return await client.PostAsync("v1/sql/dql", content, TestContext.Current.CancellationToken);
    }

    /// <summary>Checks the options and starts the hosted services.</summary>
    public async Task StartAsync()
    {
        _provider.GetService<IStartupValidator>()?.Validate();
        foreach (var service in _provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
        {
            await service.StartingAsync(TestContext.Current.CancellationToken);
            await service.StartAsync(TestContext.Current.CancellationToken);
            _started.Add(service);
        }
    }

    public async Task StopAsync()
    {
        foreach (var service in _started)
        {
            await service.StopAsync(TestContext.Current.CancellationToken);
            await service.StoppedAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var logs = _provider.GetFakeLogCollector();
        await _provider.DisposeAsync();

        // Shown when the test fails.
        foreach (var record in logs.GetSnapshot().Where(record => record.Id.Id is >= 1000 and < 2000))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{record.Timestamp:HH:mm:ss.fff} #{GetHashCode() % 1000} {record.Level} {record.Id.Id} {record.Message}");
        }
    }

    public override string ToString() => $"{Status.State} {Status.Mode} {Status.Generation} {Status.FailureMessage}";
}
