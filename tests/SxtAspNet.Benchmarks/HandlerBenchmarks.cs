using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Benchmarks.Peers;
using ZiggyCreatures.Caching.Fusion;

namespace SxtAspNet.Benchmarks;

/// <summary>One request through a handler that has its token already, over a network that costs nothing.</summary>
public class HandlerBenchmarks
{
    internal const string Network = "no handler";
    internal const string Baseline = "a handler that only awaits";

    private readonly List<IDisposable> _disposables = [];
    private StubHandler _network = null!;
    private Uri _url = null!;
    private HttpMessageInvoker _bare = null!;
    private HttpMessageInvoker _awaiting = null!;
    private HttpMessageInvoker _header = null!;
    private HttpMessageInvoker _awaitingHeader = null!;
    private HttpMessageInvoker _sxt = null!;
    private HttpMessageInvoker _msal = null!;
    private HttpMessageInvoker _hybrid = null!;
    private HttpMessageInvoker _fusion = null!;
    private AzureCore _azure = null!;

    [Params("at once", "later")]
    public string Answered { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var warm = Add(new Warm());
        var token = warm.Token;
        var isLater = Answered == "later";
        _network = new StubHandler { IsLater = isLater };
        _url = warm.Url;
        _bare = Add(new HttpMessageInvoker(_network));
        _awaiting = Over(new AwaitingHandler());
        _header = Over(new HeaderHandler("Bearer " + token));
        _awaitingHeader = Over(new AwaitingHeaderHandler("Bearer " + token));
        _sxt = Over(warm.CreateHandler());
        _azure = Add(new AzureCore(token, isLater));
        _msal = Over(new AskingHandler(Msal.Create(token)));

        var hybrid = Add(new ServiceCollection().AddHybridCache().Services.BuildServiceProvider()).GetRequiredService<HybridCache>();
        _hybrid = Over(new AskingHandler(cancellation => hybrid.GetOrCreateAsync(
            "token", token, static (known, _) => new ValueTask<string>(known), cancellationToken: cancellation)));
        var fusion = Add(new FusionCache(new FusionCacheOptions { DefaultEntryOptions = new(TimeSpan.FromHours(1)) }));
        _fusion = Over(new AskingHandler(cancellation => fusion.GetOrSetAsync<string>("token", (_, _) => Task.FromResult(token), token: cancellation)));

        // The first time is another matter.
        Send(_msal);
        Send(_hybrid);
        Send(_fusion);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _disposables.ForEach(disposable => disposable.Dispose());
        _disposables.Clear();
    }

    [Benchmark(Description = Network)]
    public HttpResponseMessage Bare() => Send(_bare);

    [Benchmark(Description = Baseline)]
    public HttpResponseMessage Awaiting() => Send(_awaiting);

    [Benchmark(Description = "adds a ready header string")]
    public HttpResponseMessage Header() => Send(_header);

    [Benchmark(Description = "adds a ready header string and awaits")]
    public HttpResponseMessage AwaitingHeader() => Send(_awaitingHeader);

    [Benchmark(Description = "SxtAspNet")]
    public HttpResponseMessage Sxt() => Send(_sxt);

    [Benchmark(Description = "Azure.Core, BearerTokenAuthenticationPolicy")]
    public void Azure() => _azure.Send();

    [Benchmark(Description = "HybridCache")]
    public HttpResponseMessage Hybrid() => Send(_hybrid);

    [Benchmark(Description = "FusionCache")]
    public HttpResponseMessage Fusion() => Send(_fusion);

    [Benchmark(Description = "MSAL, AcquireTokenForClient from its cache")]
    public HttpResponseMessage MsalCache() => Send(_msal);

    private HttpResponseMessage Send(HttpMessageInvoker invoker)
    {
        var sending = invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, _url), CancellationToken.None);
        _network.Answer();
        return sending.GetAwaiter().GetResult();
    }

    private HttpMessageInvoker Over(DelegatingHandler handler)
    {
        handler.InnerHandler = _network;
        return Add(new HttpMessageInvoker(handler));
    }

    private T Add<T>(T disposable)
        where T : IDisposable
    {
        _disposables.Add(disposable);
        return disposable;
    }
}
