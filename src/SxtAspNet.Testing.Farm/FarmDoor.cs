using Medallion.Threading;
using Microsoft.AspNetCore.DataProtection;

namespace SxtAspNet.Testing;

/// <summary>One instance's way to what the farm shares: store, lock and notices.</summary>
internal sealed class FarmDoor(FarmRoom room, InstanceLink link) : ISxtSessionStore, ISxtSessionNotices, IDistributedLockProvider
{
    public IDataProtectionProvider KeyRing => room.KeyRing;

    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        await link.PassAsync(cancellationToken).ConfigureAwait(false);
        return room.Read(key);
    }

    public async ValueTask<bool> TryReplaceAsync(
        string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await link.PassAsync(cancellationToken).ConfigureAwait(false);
        return room.TryReplace(key, expected, record, timeToLive);
    }

    public async ValueTask PublishAsync(string channel, CancellationToken cancellationToken)
    {
        await link.PassAsync(cancellationToken).ConfigureAwait(false);
        room.Publish(channel);
    }

    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        string channel, Action onNotice, Action<Exception> onLost, CancellationToken cancellationToken)
    {
        await link.PassAsync(cancellationToken).ConfigureAwait(false);
        return room.Subscribe(channel, onNotice, link);
    }

    public IDistributedLock CreateLock(string name) => new DoorLock(name, room, link);

    private sealed class DoorLock(string name, FarmRoom room, InstanceLink link) : IDistributedLock
    {
        public string Name => name;

        public async ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(
            TimeSpan timeout = default, CancellationToken cancellationToken = default)
        {
            await link.PassAsync(cancellationToken).ConfigureAwait(false);
            return room.TryTake(name, link);
        }

        // The library tries the lock without waiting in it, and asynchronously.
        public ValueTask<IDistributedSynchronizationHandle> AcquireAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
