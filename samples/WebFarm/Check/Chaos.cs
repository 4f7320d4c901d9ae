using WebFarm.Processes;

namespace WebFarm.Check;

/// <summary>
/// Makes one fault after another, each shorter than 3 s: which, whom, when and how long come from the seed. A third of
/// the faults is aimed at the moment of the next renewal, where they hurt most.
/// </summary>
public sealed class Chaos(Farm farm, ChaosKinds kinds, int seed)
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ShortestFault = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan LongestFault = TimeSpan.FromSeconds(2.8);

    // A server needs a moment to start, which belongs to its outage.
    private static readonly TimeSpan LongestCacheStop = TimeSpan.FromSeconds(1);

#pragma warning disable CA5394 // Faults are to be repeatable, not unpredictable.
    private readonly Random _random = new(seed);
#pragma warning restore CA5394

    private readonly Dictionary<ChaosKinds, int> _counts = [];

    /// <summary>The kinds that can be made here.</summary>
    public IReadOnlyList<ChaosKinds> Possible { get; } =
    [
        .. new[] { ChaosKinds.Kill, ChaosKinds.Pause, ChaosKinds.Cache, ChaosKinds.Gateway }.Where(kind =>
            kinds.HasFlag(kind)
            && (kind is not ChaosKinds.Pause || Suspension.IsSupported)
            && (kind is not ChaosKinds.Cache || farm.OwnsCache)),
    ];

    /// <summary>How many faults there have been of a kind.</summary>
    public int Count(ChaosKinds kind) => _counts.GetValueOrDefault(kind);

    /// <summary>Makes faults until it is cancelled; the last one is mended before it ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Possible.Count == 0)
        {
            return;
        }

        try
        {
            while (true)
            {
                await Task.Delay(Between(ShortestRest, LongestRest), cancellationToken);
                var kind = Possible[_random.Next(Possible.Count)];
                var isAimed = _random.Next(3) == 0;
                var lead = kind is ChaosKinds.Kill or ChaosKinds.Pause
                    ? Between(TimeSpan.FromSeconds(-0.2), TimeSpan.FromSeconds(0.1))
                    : Between(TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
                var victim = farm.Instances[_random.Next(farm.Instances.Count)];
                if (isAimed)
                {
                    victim = await WaitForRenewalAsync(lead, cancellationToken) ?? victim;
                }

                _counts[kind] = Count(kind) + 1;
                await MakeAsync(kind, victim);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end of the check.
        }
    }

    private async Task MakeAsync(ChaosKinds kind, FarmInstance victim)
    {
        // A fault that has begun is mended whatever happens to the check.
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
                await farm.StopCacheAsync();
                await Task.Delay(Between(TimeSpan.Zero, LongestCacheStop), CancellationToken.None);
                await farm.StartCacheAsync(CancellationToken.None);
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
