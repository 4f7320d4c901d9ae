namespace SxtAspNet.Simulation.World;

/// <summary>
/// The clock of one instance: its wall clock may be wrong, and its timers wait while its process is paused and never
/// fire once it is dead.
/// </summary>
internal sealed class InstanceTime(VirtualClock clock, Process process, TimeSpan wallClockError) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => clock.UtcNow + wallClockError;

    public override long GetTimestamp() => clock.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        clock.CheckThread();
        var timer = new Timer(clock, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(VirtualClock clock, Process process, TimerCallback callback, object? state) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.CheckThread();
            var version = ++_version;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                clock.After(dueTime, () => Fire(version));
            }

            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int version)
        {
            if (version == _version)
            {
                process.WhenRunning(() =>
                {
                    if (version == _version)
                    {
                        _version++;
                        callback(state);
                    }
                });
            }
        }
    }
}
