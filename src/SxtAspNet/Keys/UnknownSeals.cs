namespace SxtAspNet.Keys;

/// <summary>Ids of seal keys that were met in records and that no source here has given, and when.</summary>
internal sealed class UnknownSeals(TimeProvider timeProvider)
{
    private static readonly TimeSpan SameAgainAfter = TimeSpan.FromMinutes(10);

    // Ids are read from a cache that others may write to: their number must not grow without bound.
    private const int Most = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _met = [];

    /// <summary>Whether an id is reason to read the key sources again: it is new, or was met long ago.</summary>
    public bool IsReasonToReload(ReadOnlySpan<byte> id)
    {
        var now = timeProvider.GetTimestamp();
        var name = Convert.ToHexString(id);
        lock (_gate)
        {
            if (_met.TryGetValue(name, out var met) && timeProvider.GetElapsedTime(met, now) < SameAgainAfter)
            {
                return false;
            }

            if (_met.Count == Most)
            {
                _met.Clear();
            }

            _met[name] = now;
            return true;
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            _met.Clear();
        }
    }
}
