using Medallion.Threading;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// The farm's lock: whoever has it asks the gateway. It only saves calls; a lease that is lost, or a lock that is held
/// twice or for ever, costs a login and breaks nothing.
/// </summary>
internal sealed class SessionLock(SessionContext context, IDistributedLockProvider? provider, string name)
{
    private readonly ForeignCode _code = new(context.Runtime);

    /// <summary>Tries to take the lock, without waiting for whoever has it.</summary>
    /// <returns>Disposing it releases the lock; without a value, somebody has it, or it can't be reached.</returns>
    public async Task<StoreAnswer<IAsyncDisposable?>> TryAcquireAsync()
    {
        if (provider is null)
        {
            return new(NoLock.Instance);
        }

        var handle = await StoreCall.RunAsync<IAsyncDisposable?>(
            _code,
            StoreOperation.Lock,
            async token => await provider.CreateLock(name).TryAcquireAsync(TimeSpan.Zero, token).ConfigureAwait(false),
            context,
            late => late?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        if (handle.Value is null)
        {
            context.Metrics.LockAcquisitions.Count(handle.Problem is null ? Words.Busy : Words.Failed);
            return handle;
        }

        var held = new Handle(handle.Value, _code, context);
        context.Metrics.LockAcquisitions.Count(Words.Taken);
        context.Logger.LockTaken();
        return new(held);
    }

    /// <summary>
    /// A release that can't hang or fail: the lease ends by itself soon enough. It is made also when the app stops and what is under way
    /// is cut off, or the other instances would wait for a lease that somebody still extends.
    /// </summary>
    private sealed class Handle(IAsyncDisposable handle, ForeignCode code, SessionContext context) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            var released = await StoreCall.RunAsync(
                code,
                StoreOperation.Release,
                async _ =>
                {
                    await handle.DisposeAsync().ConfigureAwait(false);
                    return true;
                },
                context,
                endsWithApp: false).ConfigureAwait(false);
            if (released.Problem is not null)
            {
                context.Logger.LockNotReleased(released.Problem);
            }
        }
    }

    private sealed class NoLock : IAsyncDisposable
    {
        public static readonly NoLock Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
