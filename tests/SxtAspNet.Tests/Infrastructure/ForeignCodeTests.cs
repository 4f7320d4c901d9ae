namespace SxtAspNet.Tests.Infrastructure;

public class ForeignCodeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(0.2);

    private readonly ForeignCode _code = new(new Runtime(TimeProvider.System));

    [Fact]
    public async Task Calls_that_block_their_threads_end_with_their_time_limit_and_no_fifth_one_is_made_until_they_return()
    {
        using var release = new ManualResetEventSlim();
        var calls = 0;

        for (var call = 0; call < 6; call++)
        {
            var exceeded = await Assert.ThrowsAnyAsync<TimeoutException>(RunAsync);

            Assert.Equal(call >= 4, exceeded is NotStartedException { IsPoolStarved: false });
        }

        Assert.Equal(4, Volatile.Read(ref calls));

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

        Assert.InRange(Volatile.Read(ref calls), 5, int.MaxValue);

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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Code_that_blocks_or_throws_when_it_is_cancelled_holds_nobody_up(bool isBlocking)
    {
        using var release = new ManualResetEventSlim();

        await Assert.ThrowsAsync<TimeoutException>(() => _code.RunAsync(
            token =>
            {
                token.Register(() =>
                {
                    if (!isBlocking)
                    {
                        throw new InvalidOperationException("The connection is closed already.");
                    }

                    release.Wait(TestContext.Current.CancellationToken);
                });
                return new ValueTask<int>(new TaskCompletionSource<int>().Task);
            },
            Limit,
            TestContext.Current.CancellationToken));

        release.Set();
        Assert.Equal(7, await _code.RunAsync(_ => new ValueTask<int>(7), TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
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
