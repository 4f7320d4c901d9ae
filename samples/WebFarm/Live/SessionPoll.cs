using System.Collections.Concurrent;

namespace WebFarm.Live;

/// <summary>Asks all instances for their session, twice a second, however many pages are open.</summary>
public sealed class SessionPoll(Farm farm)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<int, InstanceSession> _latest = new();

    /// <summary>What an instance said last.</summary>
    public InstanceSession? Latest(FarmInstance instance) => _latest.GetValueOrDefault(instance.Number);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                // One that is paused meanwhile holds up nobody else.
                await Task.WhenAll(farm.Instances.Select(async instance =>
                {
                    if (await instance.ReadSessionAsync(cancellationToken) is { } session)
                    {
                        _latest[instance.Number] = session;
                    }
                })).WaitAsync(Interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The farm ends.
        }
    }
}
