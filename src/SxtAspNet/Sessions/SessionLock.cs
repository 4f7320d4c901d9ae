using Medallion.Threading;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// The farm's lock: whoever has it asks the gateway. It only saves calls; a lease that is lost, or a lock that is held
/// twice, costs a login and breaks nothing.
/// </summary>
internal sealed class SessionLock(IDistributedLockProvider? provider, string name, Runtime runtime, ILogger logger)
{
    private readonly ForeignCode _code = new(runtime);

    /// <summary>Tries to take the lock, without waiting for whoever has it.</summary>
    /// <returns>Disposing it releases the lock; <see langword="null"/>: somebody has it.</returns>
    /// <exception cref="StoreUnavailableException">The lock can't be reached.</exception>
    public async Task<IAsyncDisposable?> TryAcquireAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (provider is null)
        {
            return NoLock.Instance;
        }

        var handle = await StoreCall.RunAsync<IAsyncDisposable?>(
            "Taking the lock",
            async token => await provider.CreateLock(name).TryAcquireAsync(TimeSpan.Zero, token).ConfigureAwait(false),
            options.StoreTimeout,
            _code,
            cancellationToken,
            late => late?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        return handle is null ? null : new Handle(handle, options.StoreTimeout, _code, logger);
    }

    /// <summary>A release that can't hang or fail: the lease ends by itself soon enough.</summary>
    private sealed class Handle(IAsyncDisposable handle, TimeSpan limit, ForeignCode code, ILogger logger) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await StoreCall.RunAsync(
                    "Releasing the lock",
                    async _ =>
                    {
                        await handle.DisposeAsync().ConfigureAwait(false);
                        return true;
                    },
                    limit,
                    code,
                    CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreUnavailableException failure)
            {
                logger.LockNotReleased(failure.Message);
            }
        }
    }

    private sealed class NoLock : IAsyncDisposable
    {
        public static readonly NoLock Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
