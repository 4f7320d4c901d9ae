using Medallion.Threading;

namespace SxtAspNet.Simulation.World;

/// <summary>
/// The store, the lock and the notices that the instances share: with delays, with leases that end, with notices that
/// get lost, and with all that happens to a cache.
/// </summary>
internal sealed class Room(VirtualClock clock, Random random, bool isAtomic)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, byte[]> _records = [];
    private readonly List<Dictionary<string, byte[]>> _past = [];
    private readonly Dictionary<byte[], TimeSpan> _ends = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Handle> _locks = [];
    private readonly List<(string Channel, Action OnNotice, Door Door)> _subscribers = [];

    /// <summary>Whether comparing and writing are one step.</summary>
    public bool IsAtomic => isAtomic;

    public bool IsAway { get; set; }

    public bool Hangs { get; set; }

    public bool RefusesWrites { get; set; }

    /// <summary>Somebody has the lock, for ever: it is granted to nobody.</summary>
    public bool IsLockStuck { get; set; }

    /// <summary>A holder that hangs keeps its lease all the same.</summary>
    public bool LeasesOutlivePauses { get; set; }

    public TimeSpan ExtraDelay { get; set; }

    public double LostNotices { get; set; } = 0.05;

    public IEnumerable<byte[]> Records => _records.Values;

    /// <summary>The cache lost everything.</summary>
    public void Clear() => _records.Clear();

    /// <summary>A copy that lags has taken over, or somebody put an old backup in place. What has expired since is gone.</summary>
    public void GoBack()
    {
        if (_past.Count > 0)
        {
            var past = _past[random.Next(_past.Count)];
            _records.Clear();
            foreach (var (key, record) in past.Where(each => _ends[each.Value] > clock.Now))
            {
                _records[key] = record;
            }
        }
    }

    /// <summary>The lock service forgot all its locks.</summary>
    public void ForgetLocks() => _locks.Clear();

    /// <summary>A record takes the place of another: its name, what was there, and what is there now.</summary>
    public event Action<string, byte[]?, byte[]>? Written;

    private void Write(string key, byte[] record, TimeSpan timeToLive)
    {
        Written?.Invoke(key, _records.GetValueOrDefault(key), record);
        _records[key] = record;
        _ends[record] = clock.Now + timeToLive;
        clock.After(timeToLive, () => Expire(key, record));
        if (_past.Count < 200)
        {
            _past.Add(new(_records));
        }
    }

    private void Expire(string key, byte[] record)
    {
        if (_records.TryGetValue(key, out var found) && ReferenceEquals(found, record))
        {
            _records.Remove(key);
        }
    }

    /// <summary>One instance's way in.</summary>
    internal sealed class Door(Room room, VirtualClock clock, Process process) : ISxtSessionStore, IDistributedLockProvider, ISxtSessionNotices
    {
        /// <summary>Only this instance can't get through.</summary>
        public bool IsShut { get; set; }

        public int Calls { get; private set; }

        public int LockCalls { get; private set; }

        public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
        {
            await EnterAsync(isWrite: false, cancellationToken);
            var record = room._records.GetValueOrDefault(key);
            await LeaveAsync(cancellationToken);
            return record;
        }

        public async ValueTask<bool> TryReplaceAsync(
            string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            await EnterAsync(isWrite: true, cancellationToken);
            var isExpected = IsExpected(key, expected);
            if (isExpected && !room.IsAtomic)
            {
                // Somebody else may write between the comparison and the write.
                await clock.DelayAsync(TimeSpan.FromMilliseconds(room.Random.Next(1, 30)), cancellationToken);
            }

            if (isExpected)
            {
                room.Write(key, record, timeToLive);
            }

            await LeaveAsync(cancellationToken);
            return isExpected;
        }

        public IDistributedLock CreateLock(string name) => new FarmLock(name, this);

        public async ValueTask PublishAsync(string channel, CancellationToken cancellationToken)
        {
            await EnterAsync(isWrite: true, cancellationToken);
            foreach (var subscriber in room._subscribers.Where(s => s.Channel == channel).ToArray())
            {
                if (room.Random.NextDouble() >= room.LostNotices && !subscriber.Door.IsShut)
                {
                    clock.After(TimeSpan.FromMilliseconds(room.Random.Next(1, 20)), () => subscriber.Door.Process.WhenRunning(subscriber.OnNotice));
                }
            }
        }

        public async ValueTask<IAsyncDisposable> SubscribeAsync(
            string channel, Action onNotice, Action<Exception> onLost, CancellationToken cancellationToken)
        {
            await EnterAsync(isWrite: false, cancellationToken);
            room._subscribers.Add((channel, onNotice, this));
            return new Handle(clock, process);
        }

        private Process Process => process;

        private Room Room => room;

        private bool IsExpected(string key, byte[]? expected) =>
            room._records.TryGetValue(key, out var found)
                ? expected is not null && found.AsSpan().SequenceEqual(expected)
                : expected is null;

        private async Task EnterAsync(bool isWrite, CancellationToken cancellationToken)
        {
            clock.CheckThread();
            Calls++;
            await clock.DelayAsync(TimeSpan.FromMilliseconds(room.Random.Next(1, 5)) + room.ExtraDelay, cancellationToken);
            if (room.Hangs)
            {
                // And it ignores its token.
                await clock.DelayAsync(TimeSpan.FromHours(1), CancellationToken.None);
            }

            if (room.IsAway || IsShut || (isWrite && room.RefusesWrites))
            {
                throw new IOException("The store can't be reached.");
            }
        }

        private async Task LeaveAsync(CancellationToken cancellationToken)
        {
            await clock.DelayAsync(TimeSpan.FromMilliseconds(room.Random.Next(1, 5)), cancellationToken);
            await process.RunningAsync();
            if (IsShut)
            {
                throw new IOException("The answer of the store is lost.");
            }
        }

        private sealed class FarmLock(string name, Door door) : IDistributedLock
        {
            public string Name => name;

            public async ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(TimeSpan timeout = default, CancellationToken cancellationToken = default)
            {
                door.LockCalls++;
                await door.EnterAsync(isWrite: true, cancellationToken);
                if (door.Room.IsLockStuck || (door.Room._locks.TryGetValue(name, out var held) && held.IsHeld))
                {
                    return null;
                }

                var handle = new Handle(
                    door.Room.Clock, door.Process, () => door.Room.LeasesOutlivePauses || (door.Process.IsRunning && !door.IsShut && !door.Room.IsAway));
                door.Room._locks[name] = handle;
                await door.LeaveAsync(cancellationToken);
                return handle;
            }

            public ValueTask<IDistributedSynchronizationHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();

            public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();

            public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();
        }
    }

    private VirtualClock Clock => clock;

    private Random Random => random;

    /// <summary>A lease, extended as long as its holder runs and reaches the lock service.</summary>
    private sealed class Handle : IDistributedSynchronizationHandle
    {
        private readonly VirtualClock _clock;
        private TimeSpan _endsAt;
        private bool _isReleased;

        public Handle(VirtualClock clock, Process process, Func<bool>? canExtend = null)
        {
            _clock = clock;
            _endsAt = clock.Now + Lease;
            if (canExtend is not null)
            {
                Extend(process, canExtend);
            }
        }

        public bool IsHeld => !_isReleased && _clock.Now < _endsAt;

        public CancellationToken HandleLostToken => CancellationToken.None;

        public void Dispose() => _isReleased = true;

        public ValueTask DisposeAsync()
        {
            _isReleased = true;
            return ValueTask.CompletedTask;
        }

        private void Extend(Process process, Func<bool> canExtend) => _clock.After(Lease / 4, () =>
        {
            if (!_isReleased && _clock.Now < _endsAt && process.IsAlive)
            {
                if (canExtend())
                {
                    _endsAt = _clock.Now + Lease;
                }

                Extend(process, canExtend);
            }
        });
    }
}
