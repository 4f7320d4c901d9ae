using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

/// <summary>Stopping the app is clean, whatever the notices do.</summary>
public class NoticesEndTests
{
    [Theory]
    [InlineData("never ends")]
    [InlineData("blocks its thread")]
    [InlineData("throws")]
    public async Task A_subscription_that_does_not_end_holds_up_no_app_that_stops(string how)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var notices = new StubbornNotices(how);
        var isSubscribing = true;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(new Runtime(TimeProvider.System)
        {
            StartDetached = static work => _ = work(),
            StartForeign = call => _ = isSubscribing ? Inline(call) : Task.Run(call, cancellation),
        });
        services.AddKeyedSingleton<ISxtSessionNotices>("", notices);
        services.AddSxt(options =>
        {
            options.UserId = "orders-service";
            options.Keys.Add(new SxtKeyOptions { File = "sxt.key" });
            options.StoreTimeout = TimeSpan.FromSeconds(0.1);
        });
        var provider = services.BuildServiceProvider();
        provider.GetRequiredKeyedService<SessionNotices>("").Subscribe();
        isSubscribing = false;

        await provider.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancellation);

        await notices.IsEnding.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
        notices.Dispose();

        static Task Inline(Action call)
        {
            call();
            return Task.CompletedTask;
        }
    }

    private sealed class StubbornNotices(string how) : ISxtSessionNotices, IAsyncDisposable, IDisposable
    {
        private readonly ManualResetEventSlim _blocking = new();

        public TaskCompletionSource IsEnding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask PublishAsync(string channel, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<IAsyncDisposable> SubscribeAsync(
            string channel, Action onNotice, Action<Exception> onLost, CancellationToken cancellationToken) =>
            new(this);

        public ValueTask DisposeAsync()
        {
            IsEnding.TrySetResult();
            switch (how)
            {
                case "never ends":
                    return new(new TaskCompletionSource().Task);
                case "blocks its thread":
                    _blocking.Wait();
                    return ValueTask.CompletedTask;
                default:
                    throw new IOException("The subscription is gone.");
            }
        }

        public void Dispose() => _blocking.Set();
    }
}
