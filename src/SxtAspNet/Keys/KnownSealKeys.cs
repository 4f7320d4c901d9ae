namespace SxtAspNet.Keys;

/// <summary>The seal keys that sources have given, each until none has given it again for a time.</summary>
internal sealed class KnownSealKeys(TimeProvider timeProvider, TimeSpan forgottenAfter) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Known> _known = [];

    public SealKey? Find(ReadOnlySpan<byte> id)
    {
        lock (_gate)
        {
            return FindKnown(id)?.Key;
        }
    }

    /// <summary>Keeps a key; takes the one that is there where it is the same.</summary>
    public SealKey Remember(SealKey key)
    {
        lock (_gate)
        {
            if (FindKnown(key.Id) is { } known)
            {
                key.Dispose();
                known.DerivedAt = timeProvider.GetTimestamp();
                return known.Key;
            }

            _known.Add(new Known(key) { DerivedAt = timeProvider.GetTimestamp() });
            return key;
        }
    }

    /// <summary>Forgets what no source has given for long, but for the one in use.</summary>
    public void Forget(SealKey? inUse)
    {
        lock (_gate)
        {
            // Not disposed: one may be opening a record at this moment. Its memory is cleared when it is collected.
            _known.RemoveAll(known => known.Key != inUse && timeProvider.GetElapsedTime(known.DerivedAt) > forgottenAfter);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _known.ForEach(known => known.Key.Dispose());
            _known.Clear();
        }
    }

    private Known? FindKnown(ReadOnlySpan<byte> id)
    {
        foreach (var known in _known)
        {
            if (known.Key.Id.AsSpan().SequenceEqual(id))
            {
                return known;
            }
        }

        return null;
    }

    private sealed class Known(SealKey key)
    {
        public SealKey Key { get; } = key;

        public long DerivedAt { get; set; }
    }
}
