using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Testing;

/// <summary>
/// Moves a farm's clock for work that waits for it, and for no other: time passes only while the thread pool is idle, so that work which needs no
/// time finds the clock standing still, however slow the machine is.
/// </summary>
internal sealed class TimeOnDemand(FakeTimeProvider time)
{
    private const int IdleLooks = 3;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestBusy = TimeSpan.FromSeconds(5);

    private long _alwaysBusy;

    /// <summary>Waits for work, and lets time pass where that waits for it.</summary>
    public async Task PassUntilEndOfAsync(Task work)
    {
        await Task.WhenAny(work, Task.Delay(Look)).ConfigureAwait(false);
        if (!work.IsCompleted)
        {
            // A thread of its own, since one of the pool would find at least itself busy.
            await Task.Factory.StartNew(
                () => PassUntilEndOf(work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }

        await work.ConfigureAwait(false);
    }

    private void PassUntilEndOf(Task work)
    {
        var (lastStep, idle) = (TimeProvider.System.GetTimestamp(), 0);
        while (Task.WaitAny([work], Look) < 0)
        {
            var busy = CountBusy();
            if (TimeProvider.System.GetElapsedTime(lastStep) > LongestBusy)
            {
                // An app may block threads for good.
                _alwaysBusy = Math.Max(_alwaysBusy, busy);
            }

            idle = busy <= _alwaysBusy ? idle + 1 : 0;
            if (idle == IdleLooks)
            {
                time.Advance(Step);
                (lastStep, idle) = (TimeProvider.System.GetTimestamp(), 0);
            }
        }
    }

    /// <summary>How much the thread pool has to do.</summary>
    private static long CountBusy()
    {
        ThreadPool.GetMaxThreads(out var all, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return all - free + ThreadPool.PendingWorkItemCount;
    }
}
