using Medallion.Threading;
using Medallion.Threading.Redis;
using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>Locks of DistributedLock.Redis over the shared connection, with a short lease.</summary>
internal sealed class RedisLockProvider(RedisConnection connection, TimeSpan lease) : IDistributedLockProvider
{
    // The lock is taken by a plain command, but released and extended by scripts that compare first. Where nobody holds it, what they
    // do then changes nothing, but the rights to it are checked.
    private const string Proof =
        "if redis.call('GET', KEYS[1]) then return 0 end redis.call('DEL', KEYS[1]) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return 1";

    private IConnectionMultiplexer? _proven;

    public IDistributedLock CreateLock(string name) => new LazyLock(name, this, connection, lease);

    /// <summary>
    /// Makes sure, once per connection, that this user may release and extend what it takes: else each lock would hold up the whole farm
    /// until its lease ends. While somebody holds the lock that can't be found out, so it is tried again at the next attempt.
    /// </summary>
    private async Task ProveReleaseAsync(IDatabase database, string name)
    {
        if (_proven != database.Multiplexer
            && (int)await database.ScriptEvaluateAsync(Proof, [name], [1000]).ConfigureAwait(false) == 1)
        {
            _proven = database.Multiplexer;
        }
    }

    /// <summary>A lock whose connection is opened when it is taken. Only what the session needs of a lock.</summary>
    private sealed class LazyLock(string name, RedisLockProvider provider, RedisConnection connection, TimeSpan lease) : IDistributedLock
    {
        public string Name => name;

        public async ValueTask<IDistributedSynchronizationHandle?> TryAcquireAsync(
            TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
            await connection.RunAsync(
                async database =>
                {
                    await provider.ProveReleaseAsync(database, name).ConfigureAwait(false);
                    return await new RedisDistributedLock(name, database, Configure)
                        .TryAcquireAsync(timeout, cancellationToken).ConfigureAwait(false) is { } handle
                            ? new Handle(handle, connection.Failures)
                            : null;
                },
                cancellationToken).ConfigureAwait(false);

        public async ValueTask<IDistributedSynchronizationHandle> AcquireAsync(
            TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
            await TryAcquireAsync(timeout ?? Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false)
            ?? throw new TimeoutException($"The lock {name} was held by others for {timeout}.");

        public IDistributedSynchronizationHandle? TryAcquire(TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
            TryAcquireAsync(timeout, cancellationToken).AsTask().GetAwaiter().GetResult();

        public IDistributedSynchronizationHandle Acquire(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
            AcquireAsync(timeout, cancellationToken).AsTask().GetAwaiter().GetResult();

        private void Configure(RedisDistributedSynchronizationOptionsBuilder options) => options
            .Expiry(lease)
            .MinValidityTime(lease * 0.5)
            .ExtensionCadence(lease / 4);
    }

    /// <summary>A lock that is held, whose release fails in words that fit into a log.</summary>
    private sealed class Handle(IDistributedSynchronizationHandle held, RedisFailures failures) : IDistributedSynchronizationHandle
    {
        public CancellationToken HandleLostToken => held.HandleLostToken;

        public async ValueTask DisposeAsync()
        {
            try
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                throw failures.Explain(failure);
            }
        }

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
