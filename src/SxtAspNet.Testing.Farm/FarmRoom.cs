using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection;

namespace SxtAspNet.Testing;

/// <summary>
/// What the instances of a farm share, in memory: records that expire, a lock whose lease ends some time after its holder was killed, and
/// notices. Each instance has a door of its own, which can be shut. Data Protection needs none.
/// </summary>
internal sealed class FarmRoom(TimeProvider time)
{
    /// <summary>How long the lease of a killed holder goes on; the default of the package SxtAspNet.Redis.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Record> _records = [];
    private readonly Dictionary<string, FarmLease> _leases = [];
    private readonly ConcurrentDictionary<Subscriber, bool> _subscribers = new();

    /// <summary>The app's Data Protection: a key ring that no instance has to load.</summary>
    public IDataProtectionProvider KeyRing { get; } = new EphemeralDataProtectionProvider();

    public FarmDoor Open(InstanceLink link) => new(this, link);

    public byte[]? Read(string key)
    {
        lock (_gate)
        {
            return Find(key);
        }
    }

    public bool TryReplace(string key, byte[]? expected, byte[] record, TimeSpan timeToLive)
    {
        lock (_gate)
        {
            var found = Find(key);
            if (found is null != expected is null || (found is not null && !found.AsSpan().SequenceEqual(expected)))
            {
                return false;
            }

            _records[key] = new Record(record, time.GetUtcNow() + timeToLive);
            return true;
        }
    }

    public FarmLease? TryTake(string name, InstanceLink holder)
    {
        lock (_gate)
        {
            return _leases.TryGetValue(name, out var held) && held.IsHeld(time.GetUtcNow()) ? null : _leases[name] = new FarmLease(holder);
        }
    }

    /// <summary>The holder of these leases is gone, and nobody extends them.</summary>
    public void LetLeasesEnd(InstanceLink holder)
    {
        lock (_gate)
        {
            foreach (var lease in _leases.Values.Where(lease => lease.Holder == holder))
            {
                lease.EndAt(time.GetUtcNow() + LeaseTime);
            }
        }
    }

    public void Publish(string channel)
    {
        foreach (var (subscriber, _) in _subscribers)
        {
            if (subscriber.Channel == channel && !subscriber.Link.IsCut)
            {
                subscriber.OnNotice();
            }
        }
    }

    public IAsyncDisposable Subscribe(string channel, Action onNotice, InstanceLink link)
    {
        var subscriber = new Subscriber(channel, onNotice, link, this);
        _subscribers[subscriber] = true;
        return subscriber;
    }

    /// <summary>Nothing of what is here reaches this instance any more.</summary>
    public void Forget(InstanceLink link)
    {
        foreach (var (subscriber, _) in _subscribers.Where(subscriber => subscriber.Key.Link == link))
        {
            _subscribers.TryRemove(subscriber, out _);
        }
    }

    /// <summary>Drops all records, as an emptied cache does.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _records.Clear();
        }
    }

    private byte[]? Find(string key) =>
        _records.TryGetValue(key, out var record) && record.Until > time.GetUtcNow() ? record.Content : null;

    private sealed record Record(byte[] Content, DateTimeOffset Until);

    private sealed class Subscriber(string channel, Action onNotice, InstanceLink link, FarmRoom room) : IAsyncDisposable
    {
        public string Channel => channel;

        public Action OnNotice => onNotice;

        public InstanceLink Link => link;

        public ValueTask DisposeAsync()
        {
            room._subscribers.TryRemove(this, out _);
            return ValueTask.CompletedTask;
        }
    }
}
