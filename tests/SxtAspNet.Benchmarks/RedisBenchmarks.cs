using BenchmarkDotNet.Attributes;
using StackExchange.Redis;
using SxtAspNet.Benchmarks.Peers;
using WebFarm.Processes;

namespace SxtAspNet.Benchmarks;

/// <summary>The token read from Redis on each request, as simple designs for a farm do, beside the token in memory.</summary>
public class RedisBenchmarks
{
    internal const string Baseline = "a handler that only awaits";

    private Warm _warm = null!;
    private RedisServer _server = null!;
    private ConnectionMultiplexer _connection = null!;
    private Uri _url = null!;
    private HttpMessageInvoker _awaiting = null!;
    private HttpMessageInvoker _sxt = null!;
    private HttpMessageInvoker _redis = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _warm = new Warm();
        _server = await RedisServer.StartGarnetAsync();
        _connection = await ConnectionMultiplexer.ConnectAsync(_server.Configuration);
        var database = _connection.GetDatabase();
        await database.StringSetAsync("token", _warm.Token);
        _url = _warm.Url;
        _awaiting = new HttpMessageInvoker(new AwaitingHandler { InnerHandler = new StubHandler() });
        var handler = _warm.CreateHandler();
        handler.InnerHandler = new StubHandler();
        _sxt = new HttpMessageInvoker(handler);
        _redis = new HttpMessageInvoker(new AskingHandler(
            async _ => (await database.StringGetAsync("token").ConfigureAwait(false)).ToString())
        { InnerHandler = new StubHandler() });
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
        _warm.Dispose();
    }

    [Benchmark(Description = Baseline)]
    public Task<HttpResponseMessage> AwaitingAsync() => SendAsync(_awaiting);

    [Benchmark(Description = "SxtAspNet")]
    public Task<HttpResponseMessage> SxtAsync() => SendAsync(_sxt);

    [Benchmark(Description = "the token read from Redis (loopback) on each request")]
    public Task<HttpResponseMessage> RedisAsync() => SendAsync(_redis);

    private Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker) =>
        invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, _url), CancellationToken.None);
}
