namespace SxtAspNet;

/// <summary>
/// Milliseconds of the monotonic clock, for the deadline that each request checks: the system's coarse clock costs a third
/// of a high-resolution timestamp. Any other <see cref="TimeProvider"/> tells its own time.
/// </summary>
internal sealed class CoarseClock(TimeProvider timeProvider)
{
    private readonly TimeProvider? _provider = timeProvider == TimeProvider.System ? null : timeProvider;
    private readonly long _ticksPerMillisecond = Math.Max(1, timeProvider.TimestampFrequency / 1000);

    /// <summary>Now.</summary>
    public long Milliseconds =>
        _provider is null ? Environment.TickCount64 : _provider.GetTimestamp() / _ticksPerMillisecond;

    /// <summary>The reading of this clock that lies a time from now; rounded so that a deadline is met early, never late.</summary>
    public long After(TimeSpan delay)
    {
        var sum = Milliseconds + Math.Floor(delay.TotalMilliseconds);
        return sum >= long.MaxValue ? long.MaxValue : sum <= long.MinValue ? long.MinValue : (long)sum;
    }
}
