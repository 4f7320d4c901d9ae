using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>The notices of one identity: sent without waiting for anybody, received as a task to wait for.</summary>
internal sealed class SessionNotices(SessionContext context, ISxtSessionNotices? notices, string channel) : IAsyncDisposable, IDisposable
{
    private readonly ForeignCode _code = new(context.Runtime);
    private TaskCompletionSource _next = new(context.Runtime.Completions);
    private IAsyncDisposable? _subscription;
    private int _isSubscribing;
    private bool _isPublishingReported;
    private bool _isSubscribingReported;

    /// <summary>Raised at each notice.</summary>
    public event Action? Received;

    /// <summary>Completes at the next notice. Take it before reading the store, or a notice in between is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Subscribes, unless that is done or under way; nobody waits for it. Without it polls find out what happens.</summary>
    public void Subscribe()
    {
        if (notices is not null && _subscription is null && Interlocked.Exchange(ref _isSubscribing, 1) == 0)
        {
            context.Runtime.StartDetached(() => SubscribeAsync(notices));
        }
    }

    public async Task PublishAsync()
    {
        if (notices is null)
        {
            return;
        }

        var published = await StoreCall.RunAsync(
            _code,
            StoreOperation.Notify,
            async token =>
            {
                await notices.PublishAsync(channel, token).ConfigureAwait(false);
                return true;
            },
            context).ConfigureAwait(false);
        Report(published.Problem, ref _isPublishingReported);
    }

    /// <summary>Ends the subscription; one that does not end in time, or fails to, is left to itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _subscription, Ended.Instance) is { } subscription and not Ended)
        {
            await EndAsync(subscription).ConfigureAwait(false);
        }
    }

    /// <summary>For containers that are disposed synchronously; the subscription ends in its own time.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    private async Task SubscribeAsync(ISxtSessionNotices source)
    {
        var lost = new TaskCompletionSource<Exception>(context.Runtime.Completions);
        try
        {
            var (subscription, problem) = await StoreCall.RunAsync(
                _code,
                StoreOperation.Subscribe,
                token => source.SubscribeAsync(channel, OnNotice, failure => lost.TrySetResult(failure), token),
                context,
                late => late.DisposeAsync()).ConfigureAwait(false);
            Report(problem, ref _isSubscribingReported);

            if (subscription is null)
            {
                return;
            }

            // The app may have ended meanwhile.
            if (Interlocked.CompareExchange(ref _subscription, subscription, null) is not null)
            {
                await EndAsync(subscription).ConfigureAwait(false);
                return;
            }

            context.Runtime.StartDetached(() => ReplaceLostAsync(subscription, lost.Task));
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            // The app stops.
        }
        finally
        {
            Volatile.Write(ref _isSubscribing, 0);
        }
    }

    /// <summary>Waits until a subscription is lost, and makes room for another one.</summary>
    private async Task ReplaceLostAsync(IAsyncDisposable subscription, Task<Exception> lost)
    {
        var failure = await lost.ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _subscription, null, subscription) == subscription)
        {
            Report(StoreOperation.Subscribe.Describe(failure), ref _isSubscribingReported);
            await EndAsync(subscription).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a subscription; one that does not end in time, or fails to, is left to itself: nobody minds what it tells.</summary>
    private async Task EndAsync(IAsyncDisposable subscription)
    {
        try
        {
            await _code.RunAsync(End, context.Options.StoreTimeout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is gone, or will be with the app.
        }

        async ValueTask<bool> End(CancellationToken cancellationToken)
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Says once that notices don't work: all goes on by polls, only later.</summary>
    private void Report(string? problem, ref bool isReported)
    {
        if (problem is not null && !isReported)
        {
            context.Logger.NoticesUnavailable(problem);
        }

        isReported = problem is not null;
    }

    private void OnNotice()
    {
        Interlocked.Exchange(ref _next, new TaskCompletionSource(context.Runtime.Completions)).SetResult();
        Received?.Invoke();
    }

    /// <summary>Stands for the subscription after the end, so that no other one takes its place.</summary>
    private sealed class Ended : IAsyncDisposable
    {
        public static readonly Ended Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
