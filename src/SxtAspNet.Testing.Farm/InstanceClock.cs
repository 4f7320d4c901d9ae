namespace SxtAspNet.Testing;

/// <summary>
/// The farm's clock as one instance sees it. While the instance is dead none of its timers fires; those that were due fire when the test is
/// over, so that the host can be disposed.
/// </summary>
internal sealed class InstanceClock(TimeProvider farm) : TimeProvider
{
    private readonly Lock _gate = new();
    private List<Action>? _held;

    public override TimeZoneInfo LocalTimeZone => farm.LocalTimeZone;

    public override long TimestampFrequency => farm.TimestampFrequency;

    public void Stop()
    {
        lock (_gate)
        {
            _held ??= [];
        }
    }

    public void Resume()
    {
        List<Action>? held;
        lock (_gate)
        {
            (held, _held) = (_held, null);
        }

        held?.ForEach(static callback => callback());
    }

    public override DateTimeOffset GetUtcNow() => farm.GetUtcNow();

    public override long GetTimestamp() => farm.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => farm.CreateTimer(
        passed =>
        {
            lock (_gate)
            {
                if (_held is not null)
                {
                    _held.Add(() => callback(passed));
                    return;
                }
            }

            callback(passed);
        },
        state,
        dueTime,
        period);
}
