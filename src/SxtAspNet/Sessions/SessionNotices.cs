using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>The notices of one identity: sent without waiting for anybody, received as a task to wait for.</summary>
internal sealed class SessionNotices(ISxtSessionNotices? notices, string channel, Runtime runtime, ILogger logger)
    : IAsyncDisposable, IDisposable
{
    private readonly ForeignCode _code = new(runtime);
    private TaskCompletionSource _next = new();
    private IAsyncDisposable? _subscription;

    /// <summary>Raised at each notice.</summary>
    public event Action? Received;

    /// <summary>Completes at the next notice. Take it before reading the store, or a notice in between is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Subscribes, unless that is done. Without a subscription polls find out what happens.</summary>
    public async Task EnsureSubscribedAsync(SxtOptions options)
    {
        if (notices is null || _subscription is not null)
        {
            return;
        }

        try
        {
            var subscription = await StoreCall.RunAsync(
                "Subscribing to notices",
                token => notices.SubscribeAsync(channel, OnNotice, token),
                options.StoreTimeout,
                _code,
                CancellationToken.None,
                late => late.DisposeAsync()).ConfigureAwait(false);

            // A renewal and a look at the store may come here at once; or the app has ended meanwhile.
            if (Interlocked.CompareExchange(ref _subscription, subscription, null) is not null)
            {
                await subscription.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (StoreUnavailableException failure)
        {
            logger.NoticesUnavailable(failure.Message);
        }
    }

    public async Task PublishAsync(SxtOptions options)
    {
        if (notices is null)
        {
            return;
        }

        try
        {
            await StoreCall.RunAsync(
                "Publishing a notice",
                async token =>
                {
                    await notices.PublishAsync(channel, token).ConfigureAwait(false);
                    return true;
                },
                options.StoreTimeout,
                _code,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure)
        {
            logger.NoticesUnavailable(failure.Message);
        }
    }

    public ValueTask DisposeAsync() => End().DisposeAsync();

    /// <summary>For containers that are disposed synchronously; the subscription ends in its own time.</summary>
    public void Dispose() => _ = End().DisposeAsync().AsTask();

    /// <summary>Takes the subscription away, for good.</summary>
    private IAsyncDisposable End() => Interlocked.Exchange(ref _subscription, Ended.Instance) ?? Ended.Instance;

    private void OnNotice()
    {
        Interlocked.Exchange(ref _next, new TaskCompletionSource()).SetResult();
        Received?.Invoke();
    }

    /// <summary>Stands for the subscription after the end, so that no other one takes its place.</summary>
    private sealed class Ended : IAsyncDisposable
    {
        public static readonly Ended Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
