namespace WebFarm;

/// <summary>What happened lately in the farm. It keeps the newest events; whoever needs all of them subscribes.</summary>
public sealed class Timeline
{
    private const int Capacity = 5_000;

    private readonly Lock _lock = new();
    private readonly Queue<FarmEvent> _events = new();
    private readonly List<FarmEvent> _ongoing = [];

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

            Follow(farmEvent);
            Added?.Invoke(farmEvent);
        }
    }

    public void Add(string lane, FarmEventKind kind, string text) => Add(new(DateTimeOffset.UtcNow, lane, kind, text));

    /// <summary>A fault begins.</summary>
    /// <param name="lane">Where.</param>
    /// <param name="fault">Which, for <see cref="End"/>.</param>
    /// <param name="text">What is said of the lane's subject.</param>
    public void Begin(string lane, string fault, string text) =>
        Add(new(DateTimeOffset.UtcNow, lane, FarmEventKind.FaultBegins, text, Fault: fault));

    /// <summary>A fault ends.</summary>
    public void End(string lane, string fault, string text) =>
        Add(new(DateTimeOffset.UtcNow, lane, FarmEventKind.FaultEnds, text, Fault: fault));

    /// <summary>
    /// The events since an instant, in the order in which they became known; and the beginnings of all faults that last.
    /// </summary>
    public IReadOnlyList<FarmEvent> Since(DateTimeOffset instant)
    {
        lock (_lock)
        {
            return [.. _ongoing.Where(farmEvent => farmEvent.At < instant), .. _events.Where(farmEvent => farmEvent.At >= instant)];
        }
    }

    private void Follow(FarmEvent farmEvent)
    {
        switch (farmEvent.Kind)
        {
            case FarmEventKind.FaultBegins:
                _ongoing.Add(farmEvent);
                break;
            case FarmEventKind.FaultEnds or FarmEventKind.Up:
                _ongoing.RemoveAll(begin => begin.IsEndedBy(farmEvent));
                break;
        }
    }
}
