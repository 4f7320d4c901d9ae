using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>An app with one identity and a gateway over real HTTP, on the real clock.</summary>
internal sealed class HttpTestApp : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    private HttpTestApp(SxtGatewayEmulator gateway, Action<IServiceCollection>? services)
    {
        Gateway = gateway;
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
        collection.AddSxt(options => options.UserId = TestApp.User);
        collection.AddHttpClient(TestApp.Client).AddSxtTokenHandler();
        collection.UseSxtGatewayEmulator(gateway);
        services?.Invoke(collection);
        _provider = collection.BuildServiceProvider();
    }

    public SxtGatewayEmulator Gateway { get; }

    public ISxtSession Session => _provider.GetRequiredService<ISxtSession>();

    public FakeLogCollector Logs => _provider.GetFakeLogCollector();

    public static async Task<HttpTestApp> StartAsync(Action<IServiceCollection>? services = null, SxtGatewayEmulatorOptions? gateway = null) =>
        new(await SxtGatewayEmulator.StartAsync(gateway, cancellationToken: TestContext.Current.CancellationToken), services);

    public HttpClient CreateClient() => _provider.GetRequiredService<IHttpClientFactory>().CreateClient(TestApp.Client);

    public Task<HttpResponseMessage> QueryAsync() =>
        CreateClient().PostAsync("v1/sql/dql", TestApp.Query(), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}
