using BenchmarkDotNet.Attributes;
using SxtAspNet.Benchmarks.Peers;

namespace SxtAspNet.Benchmarks;

/// <summary>Requests on several threads at once through one handler: whether they get in each other's way.</summary>
public class ThreadBenchmarks
{
    internal const string Baseline = "a handler that only awaits";

    private const int Requests = 32_000;

    private Warm _warm = null!;
    private HttpMessageInvoker _awaiting = null!;
    private HttpMessageInvoker _sxt = null!;

    [Params(1, 2, 8, 32)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _warm = new Warm();
        _awaiting = new HttpMessageInvoker(new AwaitingHandler { InnerHandler = new StubHandler() });
        var handler = _warm.CreateHandler();
        handler.InnerHandler = new StubHandler();
        _sxt = new HttpMessageInvoker(handler);
    }

    [GlobalCleanup]
    public void Cleanup() => _warm.Dispose();

    [Benchmark(Description = Baseline, OperationsPerInvoke = Requests)]
    public void Awaiting() => Send(_awaiting);

    [Benchmark(Description = "SxtAspNet", OperationsPerInvoke = Requests)]
    public void Sxt() => Send(_sxt);

    private void Send(HttpMessageInvoker invoker)
    {
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(SendSome)).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        void SendSome()
        {
            var url = _warm.Url;
            for (var count = Requests / Threads; count > 0; count--)
            {
                invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, url), CancellationToken.None).GetAwaiter().GetResult();
            }
        }
    }
}
