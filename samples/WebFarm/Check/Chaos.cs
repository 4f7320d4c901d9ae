using System.Collections.Concurrent;
using WebFarm.Processes;

namespace WebFarm.Check;

/// <summary>
/// Makes one fault after another, each shorter than 3 s: which, whom, when and how long come from the seed; each kind comes
/// once before one comes again, and the first round hurries so that it fits into the run. A third of the later faults is aimed
/// at the moment of the next renewal, where they hurt most. The lock is held beside the others, since that lasts.
/// </summary>
public sealed class Chaos(Farm farm, ChaosKinds kinds, TimeSpan tokenLifetime, TimeSpan duration, int seed)
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(6);

    // Between two faults that are in a hurry.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan ShortestFault = TimeSpan.FromSeconds(0.3);
    public static readonly TimeSpan LongestFault = TimeSpan.FromSeconds(2.8);

    // A server needs a moment to start, which belongs to its outage.
    private static readonly TimeSpan LongestCacheStop = TimeSpan.FromSeconds(1);

#pragma warning disable CA5394 // Faults are to be repeatable, not unpredictable.
    private readonly Random _random = new(seed);
#pragma warning restore CA5394

    private const int TokensThatTheLockOutlasts = 3;

    private readonly ConcurrentDictionary<ChaosKinds, int> _counts = [];
    private readonly Queue<ChaosKinds> _round = [];

    /// <summary>How long the lock is held.</summary>
    public TimeSpan LockHold { get; } = TokensThatTheLockOutlasts * tokenLifetime;

    /// <summary>The kinds that are asked for.</summary>
    public IReadOnlyList<ChaosKinds> Wanted { get; } =
        [.. Enum.GetValues<ChaosKinds>().Where(kind => kind is not (ChaosKinds.None or ChaosKinds.All) && kinds.HasFlag(kind))];

    /// <summary>Those of them that can be made here.</summary>
    public IReadOnlyList<ChaosKinds> Possible =>
    [
        .. Wanted.Where(kind => kind switch
        {
            ChaosKinds.Pause => Suspension.IsSupported,
            ChaosKinds.Cache or ChaosKinds.Lock or ChaosKinds.Silence => farm.Cache.IsOwn,
            _ => true,
        }),
    ];

    /// <summary>The rest before a fault, shortened so that all faults that are to come fit into the time that is left.</summary>
    /// <param name="drawn">The rest by chance.</param>
    /// <param name="left">The time that is left.</param>
    /// <param name="faults">How many are to come, this one included.</param>
    public static TimeSpan RestBefore(TimeSpan drawn, TimeSpan left, int faults)
    {
        var longest = (left / faults) - LongestFault;
        return longest >= drawn ? drawn : longest > ShortestPause ? longest : ShortestPause;
    }

    /// <summary>How many faults there have been of a kind.</summary>
    public int Count(ChaosKinds kind) => _counts.GetValueOrDefault(kind);

    /// <summary>Makes faults until it is cancelled; those that have begun are fixed before it ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var others = Possible.Where(kind => kind is not ChaosKinds.Lock).ToArray();
        try
        {
            await Task.WhenAll(
                others.Length > 0 ? MakeOneAfterAnotherAsync(others, cancellationToken) : Task.CompletedTask,
                Possible.Contains(ChaosKinds.Lock) ? HoldLockAsync(cancellationToken) : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end of the check.
        }
    }

    private async Task MakeOneAfterAnotherAsync(ChaosKinds[] possible, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        for (var made = 0; ; made++)
        {
            var rest = Between(ShortestRest, LongestRest);
            if (made < possible.Length)
            {
                rest = RestBefore(rest, duration - TimeProvider.System.GetElapsedTime(startedAt), possible.Length - made);
            }

            await Task.Delay(rest, cancellationToken);
            if (!_round.TryDequeue(out var kind))
            {
                _random.Shuffle(possible);
                Array.ForEach(possible, _round.Enqueue);
                kind = _round.Dequeue();
            }

            var isAimed = _random.Next(3) == 0 && made >= possible.Length;
            var lead = kind is ChaosKinds.Kill or ChaosKinds.Pause
                ? Between(TimeSpan.FromSeconds(-0.2), TimeSpan.FromSeconds(0.1))
                : Between(TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
            var victim = farm.Instances[_random.Next(farm.Instances.Count)];
            if (isAimed)
            {
                victim = await WaitForRenewalAsync(lead, cancellationToken) ?? victim;
            }

            NoteFault(kind);
            await MakeAsync(kind, victim);
        }
    }

    /// <summary>Holds the lock for as long as three tokens live, then leaves it alone for as long.</summary>
    private async Task HoldLockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(ShortestRest, cancellationToken);
            try
            {
                await farm.HoldLockAsync(cancellationToken);
            }
            catch (InvalidOperationException)
            {
                // The cache is away, or came back empty a moment ago.
                continue;
            }

            NoteFault(ChaosKinds.Lock);
            await Task.Delay(LockHold, CancellationToken.None);
            await farm.Cache.FreeLockAsync();
            await Task.Delay(LockHold, cancellationToken);
        }
    }

    private void NoteFault(ChaosKinds kind) => _counts.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    private async Task MakeAsync(ChaosKinds kind, FarmInstance victim)
    {
        // A fault that has begun is fixed whatever happens to the check.
        switch (kind)
        {
            case ChaosKinds.Kill:
                await farm.KillAsync(victim);
                await farm.RestartAsync(victim, CancellationToken.None);
                break;
            case ChaosKinds.Pause:
                await farm.PauseAsync(victim);
                await Task.Delay(Between(ShortestFault, LongestFault), CancellationToken.None);
                await farm.ResumeAsync(victim);
                break;
            case ChaosKinds.Cache:
                await farm.Cache.StopAsync();
                await Task.Delay(Between(TimeSpan.Zero, LongestCacheStop), CancellationToken.None);
                await farm.Cache.StartAsync(CancellationToken.None);
                break;
            case ChaosKinds.Silence:
                await farm.Cache.FallSilentAsync();
                await Task.Delay(Between(ShortestFault, LongestFault), CancellationToken.None);
                await farm.Cache.SpeakAsync();
                break;
            case ChaosKinds.Gateway:
                farm.BeginGatewayFault(Enum.GetValues<GatewayFault>()[_random.Next(Enum.GetValues<GatewayFault>().Length)]);
                await Task.Delay(Between(ShortestFault, LongestFault), CancellationToken.None);
                farm.EndGatewayFault();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    /// <summary>Waits until shortly before the session's owner renews.</summary>
    /// <returns>The owner; <see langword="null"/> when no instance says that it is.</returns>
    private async Task<FarmInstance?> WaitForRenewalAsync(TimeSpan lead, CancellationToken cancellationToken)
    {
        foreach (var instance in farm.Instances)
        {
            if (await instance.ReadSessionAsync(cancellationToken) is { Mode: "Owner", RenewalDueAt: { } due })
            {
                var wait = due - DateTimeOffset.UtcNow - lead;
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, cancellationToken);
                }

                return instance;
            }
        }

        return null;
    }

    private TimeSpan Between(TimeSpan shortest, TimeSpan longest) => shortest + ((longest - shortest) * _random.NextDouble());
}
