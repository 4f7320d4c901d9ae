using Medallion.Threading;
using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Tests.Farm;

/// <summary>What the instances of a farm share: a store, a lock with leases and notices, all of which can fail.</summary>
internal sealed class SharedRoom(FakeTimeProvider time)
{
    private readonly Dictionary<string, byte[]> _records = [];
    private readonly Dictionary<string, Lease> _leases = [];
    private readonly List<Subscriber> _subscribers = [];

    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(5);

    public bool NoticesAreLost { get; set; }

    /// <summary>Somebody has the lock, for ever: it is granted to nobody.</summary>
    public bool IsLockStuck { get; set; }

    public int LockAttempts { get; private set; }

    public IReadOnlyDictionary<string, byte[]> Records => _records;

    public bool IsHeld(string name) => _leases.TryGetValue(name, out var lease) && lease.IsHeld;

    public void Clear() => _records.Clear();

    public void Put(string key, byte[] record) => _records[key] = record;

    /// <summary>One instance's way in.</summary>
    public Door Open() => new(this);

    internal sealed class Door(SharedRoom room) : ISxtSessionStore, IDistributedLockProvider, ISxtSessionNotices
    {
        /// <summary>Nothing gets through.</summary>
        public bool IsShut { get; set; }

        /// <summary>Nothing that changes anything gets through.</summary>
        public bool IsReadOnly { get; set; }

        /// <summary>The lock alone can't be reached.</summary>
        public bool HasNoLock { get; set; }

        /// <summary>Calls hang instead of failing.</summary>
        public bool Hangs { get; set; }

        /// <summary>Records are read, and the lock is granted, but no write of a record is ever answered.</summary>
        public bool HangsAtWrites { get; set; }

        /// <summary>The next write of the record says that it has replaced the last one, which is still there afterwards.</summary>
        public bool LosesNextWrite { get; set; }

        /// <summary>Subscriptions are refused; those that there are get lost.</summary>
        public bool MayNotListen
        {
            get;
            set
            {
                field = value;
                foreach (var subscriber in room._subscribers.Where(subscriber => value && subscriber.Door == this).ToArray())
                {
                    subscriber.OnLost(new IOException("Listening is not allowed any more."));
                }
            }
        }

        /// <summary>How many subscriptions there are.</summary>
        public int Subscriptions => room._subscribers.Count(subscriber => subscriber.Door == this);

        public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
        {
            await PassAsync(isWrite: false);
            return room._records.GetValueOrDefault(key);
        }

        public async ValueTask<bool> TryReplaceAsync(
            string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            await (HangsAtWrites ? new TaskCompletionSource().Task : PassAsync(isWrite: true));
            var found = room._records.GetValueOrDefault(key);
            if (found is null ? expected is not null : expected is null || !found.AsSpan().SequenceEqual(expected))
            {
                return false;
            }

            if (LosesNextWrite && found is not null)
            {
                LosesNextWrite = false;
                return true;
            }

            room._records[key] = record;
            return true;
        }

        public IDistributedLock CreateLock(string name) => new Lock(name, this);

        public async ValueTask PublishAsync(string channel, CancellationToken cancellationToken)
        {
            await PassAsync(isWrite: true);
            if (!room.NoticesAreLost)
            {
                foreach (var subscriber in room._subscribers.Where(s => s.Channel == channel && !s.Door.IsShut).ToArray())
                {
                    subscriber.OnNotice();
                }
            }
        }

        public async ValueTask<IAsyncDisposable> SubscribeAsync(
            string channel, Action onNotice, Action<Exception> onLost, CancellationToken cancellationToken)
        {
            await PassAsync(isWrite: false);
            if (MayNotListen)
            {
                throw new IOException("Listening is not allowed.");
            }

            var subscriber = new Subscriber(channel, onNotice, onLost, this);
            room._subscribers.Add(subscriber);
            return new OnDispose(() => room._subscribers.Remove(subscriber));
        }

        private Task PassAsync(bool isWrite) => Hangs
            ? new TaskCompletionSource().Task
            : IsShut || (isWrite && IsReadOnly) ? Task.FromException(new IOException("The door is shut.")) : Task.CompletedTask;

        private SharedRoom Room => room;

        private sealed class Lock(string name, Door door) : IDistributedLock
        {
            public string Name => name;

            public async ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default)
            {
                await door.PassAsync(isWrite: true);
                if (door.HasNoLock)
                {
                    throw new IOException("There is no lock service.");
                }

                door.Room.LockAttempts++;
                if (door.Room.IsLockStuck || door.Room.IsHeld(name))
                {
                    return null;
                }

                return door.Room._leases[name] = new Lease(door.Room);
            }

            public ValueTask<IDistributedSynchronizationHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();

            public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();

            public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();
        }
    }

    /// <summary>A lease that its holder extends as long as the test says that it is alive.</summary>
    internal sealed class Lease(SharedRoom room) : IDistributedSynchronizationHandle
    {
        private DateTimeOffset? _endsAt;
        private bool _isReleased;

        public bool IsHeld => !_isReleased && (_endsAt is null || room.Now < _endsAt);

        public CancellationToken HandleLostToken => CancellationToken.None;

        public void StopExtending() => _endsAt = room.Now + LeaseTime;

        public void Dispose() => _isReleased = true;

        public ValueTask DisposeAsync()
        {
            _isReleased = true;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The holder of every lock is gone: its leases end.</summary>
    public void AbandonLeases()
    {
        foreach (var lease in _leases.Values)
        {
            lease.StopExtending();
        }
    }

    public void ForgetLeases() => _leases.Clear();

    private DateTimeOffset Now => time.GetUtcNow();

    private sealed class OnDispose(Action action) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            action();
            return ValueTask.CompletedTask;
        }
    }

    private sealed record Subscriber(string Channel, Action OnNotice, Action<Exception> OnLost, Door Door);
}
