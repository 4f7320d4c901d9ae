using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>Virtual time that tells which timers are set: work on other threads sets them when it gets there.</summary>
internal sealed class WatchedTime() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();
    private TimeSpan _slept;

    public override long GetTimestamp() => base.GetTimestamp() - _slept.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            _timers.Writer.TryWrite(dueTime);
        }

        return timer;
    }

    /// <summary>The machine sleeps, and its monotonic clock stands still meanwhile.</summary>
    public void Sleep(TimeSpan time)
    {
        _slept += time;
        Advance(time);
    }

    /// <summary>Lets a time pass once something waits for it.</summary>
    public async Task PassWhenAwaitedAsync(TimeSpan time)
    {
        while (await _timers.Reader.ReadAsync(TestContext.Current.CancellationToken) != time)
        {
        }

        Advance(time);
    }

    /// <summary>Lets all that waits for less than a limit go on, until a task has ended.</summary>
    public async Task<T> PassUntilAsync<T>(Task<T> task, TimeSpan limit)
    {
        while (!task.IsCompleted)
        {
            var timer = _timers.Reader.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
            await Task.WhenAny(task, timer);
            while (_timers.Reader.TryRead(out var due))
            {
                Advance(due < limit ? due : TimeSpan.Zero);
            }
        }

        return await task;
    }
}
