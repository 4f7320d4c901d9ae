namespace WebFarm.Check;

/// <summary>How many renewals followed on each generation of the farm's session.</summary>
public sealed record RenewalSummary(int Generations, int Renewals, int MaxPerGeneration);

/// <summary>
/// Counts, from what the instances log, how often the farm renewed each generation: once when all goes well. An instance
/// that had no session yet does not count; its login is another matter.
/// </summary>
public sealed class RenewalLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _present = [];
    private readonly Dictionary<long, int> _renewals = [];

    public void Note(FarmEvent farmEvent)
    {
        lock (_lock)
        {
            switch (farmEvent.Kind)
            {
                case FarmEventKind.Down:
                    _present.Remove(farmEvent.Lane);
                    break;
                case FarmEventKind.Renewed or FarmEventKind.Adopted when farmEvent.Generation is { } generation:
                    if (farmEvent.Kind is FarmEventKind.Renewed
                        && _present.TryGetValue(farmEvent.Lane, out var last)
                        && last != generation)
                    {
                        _renewals[last] = _renewals.GetValueOrDefault(last) + 1;
                    }

                    _present[farmEvent.Lane] = generation;
                    break;
            }
        }
    }

    /// <summary>Forgets the renewals so far, but not which generation each instance has.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _renewals.Clear();
        }
    }

    public RenewalSummary Summarize()
    {
        lock (_lock)
        {
            return new RenewalSummary(_renewals.Count, _renewals.Values.Sum(), _renewals.Values.DefaultIfEmpty().Max());
        }
    }
}
