using SxtAspNet.Benchmarks.Measuring;
using SxtAspNet.Benchmarks.Peers;

namespace SxtAspNet.Benchmarks;

/// <summary>What each step of the warm handler costs, where the inner handler completes at once.</summary>
internal static class StepBenchmarks
{
    public const string Baseline = "a handler that only awaits";

    public static IReadOnlyList<Measured> Run(int rounds)
    {
        using var warm = new Warm();
        using var watched = new Warm(hasListener: true);
        var url = warm.Url;
        var sxt = warm.CreateHandler();
        var origins = sxt.Origins;
        var coarse = new CoarseClock(TimeProvider.System);
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        var value = "Bearer " + warm.Token;
        return Slices.Run(rounds,
        [
            Over(Baseline, new AwaitingHandler()),
            Over("a handler that only passes on", new PassingHandler()),
            Over("adds a ready header string", new HeaderHandler(value)),
            Over("header, and reads the coarse clock", new ClockHandler(value)),
            Over("header, and compares the origin", new OriginHandler(value, origins)),
            Over("header, and reads the answer's status", new AnswerHandler(value)),
            Over("header, clock, origin and status", new AllStepsHandler(value, origins)),
            Over("SxtAspNet", sxt),
            ("SxtAspNet, with a listener to all metrics", Send(watched.CreateHandler(), watched.Url)),
            ("(the coarse clock alone)", () => _ = coarse.Milliseconds),
            ("(the origin alone)", () => _ = origins.Allow(request)),
        ]);

        (string Name, Action Operation) Over(string name, DelegatingHandler handler) => (name, Send(handler, url));

        static Action Send(DelegatingHandler handler, Uri url)
        {
            handler.InnerHandler = new StubHandler();
            var invoker = new HttpMessageInvoker(handler);
            return () => invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, url), CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}
