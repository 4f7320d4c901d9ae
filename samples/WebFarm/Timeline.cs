namespace WebFarm;

/// <summary>What happened lately in the farm. It keeps the newest events; whoever needs all of them subscribes.</summary>
public sealed class Timeline
{
    private const int Capacity = 5_000;

    private readonly Lock _lock = new();
    private readonly Queue<FarmEvent> _events = new();

    /// <summary>Called with each event, one at a time.</summary>
    public event Action<FarmEvent>? Added;

    public void Add(FarmEvent farmEvent)
    {
        lock (_lock)
        {
            _events.Enqueue(farmEvent);
            if (_events.Count > Capacity)
            {
                _events.Dequeue();
            }

            Added?.Invoke(farmEvent);
        }
    }

    public void Add(string lane, FarmEventKind kind, string text) => Add(new(DateTimeOffset.UtcNow, lane, kind, text));

    /// <summary>The events since an instant, in the order in which they became known.</summary>
    public IReadOnlyList<FarmEvent> Since(DateTimeOffset instant)
    {
        lock (_lock)
        {
            return [.. _events.Where(farmEvent => farmEvent.At >= instant)];
        }
    }
}
