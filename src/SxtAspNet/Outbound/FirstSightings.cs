using System.Collections.Concurrent;

namespace SxtAspNet.Outbound;

/// <summary>What has been reported already: each thing is reported once, and not without end.</summary>
internal sealed class FirstSightings
{
    private const int Most = 100;

    private readonly ConcurrentDictionary<string, bool> _seen = [];

    public bool Add(string thing) => !_seen.ContainsKey(thing) && _seen.Count < Most && _seen.TryAdd(thing, true);
}
