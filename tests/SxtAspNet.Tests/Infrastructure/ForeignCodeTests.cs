namespace SxtAspNet.Tests.Infrastructure;

public class ForeignCodeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(0.2);

    private readonly ForeignCode _code = new(new Runtime(TimeProvider.System));

    [Fact]
    public async Task A_call_that_blocks_its_thread_ends_with_its_time_limit_and_no_second_one_is_made_until_it_returns()
    {
        using var release = new ManualResetEventSlim();
        var calls = 0;

        await Assert.ThrowsAsync<TimeoutException>(RunAsync);
        await Assert.ThrowsAsync<TimeoutException>(RunAsync);
        Assert.Equal(1, Volatile.Read(ref calls));

        release.Set();
        while (true)
        {
            try
            {
                Assert.Equal(7, await RunAsync());
                break;
            }
            catch (TimeoutException)
            {
                // The thread is on its way back.
                await Task.Yield();
            }
        }

        Assert.Equal(2, Volatile.Read(ref calls));

        Task<int> RunAsync() => _code.RunAsync(
            _ =>
            {
                Interlocked.Increment(ref calls);
                release.Wait(TestContext.Current.CancellationToken);
                return new ValueTask<int>(7);
            },
            Limit,
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_result_that_comes_too_late_is_discarded()
    {
        var late = new TaskCompletionSource<int>();
        var discarded = new TaskCompletionSource<int>();

        await Assert.ThrowsAsync<TimeoutException>(() => _code.RunAsync(
            _ => new ValueTask<int>(late.Task),
            Limit,
            TestContext.Current.CancellationToken,
            value =>
            {
                discarded.SetResult(value);
                return ValueTask.CompletedTask;
            }));
        late.SetResult(3);

        Assert.Equal(3, await discarded.Task);
    }

    [Fact]
    public async Task A_cancellation_of_its_own_keeps_what_it_says_of_its_cause()
    {
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _code.RunAsync<int>(
            _ => throw new TaskCanceledException("", new TimeoutException("connecting")), Limit, TestContext.Current.CancellationToken));

        Assert.IsType<TimeoutException>(failure.InnerException);
    }
}
