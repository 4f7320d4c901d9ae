using System.Collections.Concurrent;

namespace WebFarm.Live;

/// <summary>Asks all instances for their session, twice a second, however many pages are open.</summary>
public sealed class SessionPoll(Farm farm)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<int, InstanceSession> _latest = new();

    private readonly ConcurrentDictionary<long, DateTimeOffset> _tokenEnds = new();

    /// <summary>When the tokens of the generations that instances had in the last minutes stop working.</summary>
    public IReadOnlyDictionary<long, DateTimeOffset> TokenEnds => _tokenEnds;

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
                        if (session.AccessTokenExpiresAt is { } end)
                        {
                            _tokenEnds[session.Generation] = end;
                        }
                    }
                })).WaitAsync(Interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ForgetOld();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The farm ends.
        }
    }

    private void ForgetOld()
    {
        var old = DateTimeOffset.UtcNow - Memory;
        foreach (var (generation, end) in _tokenEnds)
        {
            if (end < old)
            {
                _tokenEnds.TryRemove(generation, out _);
            }
        }
    }
}
