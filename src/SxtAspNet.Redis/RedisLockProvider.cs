using Medallion.Threading;
using Medallion.Threading.Redis;

namespace SxtAspNet.Redis;

/// <summary>Locks of DistributedLock.Redis over the shared connection, with a short lease.</summary>
internal sealed class RedisLockProvider(RedisConnection connection, TimeSpan lease) : IDistributedLockProvider
{
    public IDistributedLock CreateLock(string name) => new LazyLock(name, connection, lease);

    /// <summary>A lock whose connection is opened when it is taken. Only what the session needs of a lock.</summary>
    private sealed class LazyLock(string name, RedisConnection connection, TimeSpan lease) : IDistributedLock
    {
        public string Name => name;

        public async ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(
            TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
            await (await OpenAsync(cancellationToken).ConfigureAwait(false))
                .TryAcquireAsync(timeout, cancellationToken).ConfigureAwait(false);

        public async ValueTask<IDistributedSynchronizationHandle> AcquireAsync(
            TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
            await (await OpenAsync(cancellationToken).ConfigureAwait(false))
                .AcquireAsync(timeout, cancellationToken).ConfigureAwait(false);

        public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
            TryAcquireAsync(timeout, cancellationToken).AsTask().GetAwaiter().GetResult();

        public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
            AcquireAsync(timeout, cancellationToken).AsTask().GetAwaiter().GetResult();

        private async ValueTask<RedisDistributedLock> OpenAsync(CancellationToken cancellationToken)
        {
            var database = await connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
            return new RedisDistributedLock(name, database, options => options
                .Expiry(lease)
                .MinValidityTime(lease * 0.5)
                .ExtensionCadence(lease / 4));
        }
    }
}
