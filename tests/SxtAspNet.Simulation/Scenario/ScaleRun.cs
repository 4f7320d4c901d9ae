using System.Globalization;
using SxtAspNet.Simulation.World;
using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>What farms of different sizes ask of the gateway, the store and the lock in a virtual day without faults.</summary>
internal static class ScaleRun
{
    private static readonly int[] Sizes = [1, 10, 100, 1_000];
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly TimeSpan BetweenRequests = TimeSpan.FromMinutes(5);

    /// <summary>Prints a table.</summary>
    /// <returns>The exit code: 0 when no size of farm asks more of the gateway than the smallest farm, and no request failed.</returns>
    public static int Run()
    {
        Console.WriteLine("Calls per virtual day; strict gateway; each instance sends a request every 5 minutes.");
        Console.WriteLine();
        Console.WriteLine("| instances | logins | refreshes | token checks | store and notices | per instance | lock | failed requests |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var renewals = new List<int>();
        var failed = 0;
        foreach (var size in Sizes)
        {
            using var farm = new Farm(size);
            farm.Run();
            var calls = farm.Gateway.Calls;
            renewals.Add(calls.Count(SxtGatewayCallKind.Token) + calls.Count(SxtGatewayCallKind.Refresh));
            failed += farm.Failed;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {size:#,0} | {calls.Count(SxtGatewayCallKind.Token)} | {calls.Count(SxtGatewayCallKind.Refresh)} | {calls.Count(SxtGatewayCallKind.ValidToken)} "
                + $"| {farm.StoreCalls:#,0} | {farm.StoreCalls / size:#,0} | {farm.LockCalls:#,0} | {farm.Failed} |"));
        }

        // One more or less is chance: when a day's last renewal falls is a matter of jitter.
        return failed == 0 && renewals.All(count => count <= renewals[0] + 1) ? 0 : 1;
    }

    private sealed class Farm : IDisposable
    {
        private readonly VirtualClock _clock = new();
        private readonly Random _random = new(1);
        private readonly List<Instance> _instances = [];

        public Farm(int size)
        {
            Gateway = new SxtGatewayEmulator(new SxtGatewayEmulatorOptions(), new GatewayTime(_clock));
            var key = new FarmKey(_random, isApiKey: false);
            key.AddTo(Gateway);

            var room = new Room(_clock, _random, isAtomic: true);
            var weather = new GatewayWeather();
            for (var number = 0; number < size; number++)
            {
                var instance = new Instance(
                    $"i{number}", _clock, room, Gateway, weather, new Random(_random.Next()), Fail, trace: static _ => { }, wallClockError: TimeSpan.Zero);
                instance.Keys.Put(key, null);
                _instances.Add(instance);
                instance.Start();
                _clock.After(BetweenRequests * _random.NextDouble(), () => Request(instance));
            }
        }

        public SxtGatewayEmulator Gateway { get; }

        public int Failed { get; private set; }

        public long StoreCalls => _instances.Sum(instance => (long)instance.Door.Calls) - LockCalls;

        public long LockCalls => _instances.Sum(instance => (long)instance.Door.LockCalls);

        public void Run()
        {
            _clock.RunUntil(Day, static () => { });
            if (_clock.Intrusion is { } intrusion)
            {
                Fail(intrusion);
            }
        }

        public void Dispose()
        {
            _instances.ForEach(instance => instance.Dispose());
            Gateway.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        private static void Fail(string violation) => throw new InvalidOperationException(violation);

        private void Request(Instance instance)
        {
            _ = SendAsync(instance);
            _clock.After(BetweenRequests * (0.5 + _random.NextDouble()), () => Request(instance));
        }

        private async Task SendAsync(Instance instance) =>
            Failed += await instance.SendAsync(isReplayable: true, isRedirected: false, isRefused: false, CancellationToken.None) is null ? 0 : 1;
    }
}
