namespace SxtAspNet.Sessions;

/// <summary>The store of a single instance: this process.</summary>
internal sealed class InMemorySessionStore(TimeProvider timeProvider) : ISxtSessionStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Record, long KeptUntil)> _records = [];

    public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(Find(key));
        }
    }

    public ValueTask<bool> TryReplaceAsync(
        string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var found = Find(key);
            if (found is null ? expected is not null : !found.AsSpan().SequenceEqual(expected))
            {
                return new(false);
            }

            _records[key] = (record, timeProvider.After(timeToLive));
            return new(true);
        }
    }

    private byte[]? Find(string key)
    {
        if (!_records.TryGetValue(key, out var entry))
        {
            return null;
        }

        if (timeProvider.GetTimestamp() < entry.KeptUntil)
        {
            return entry.Record;
        }

        _records.Remove(key);
        return null;
    }
}
