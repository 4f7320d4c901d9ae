namespace SxtAspNet;

/// <summary>
/// Monotonic timestamps and the times between them. Instants that come from outside may be centuries away: all sums end at
/// the ends of time, instead of turning up in the past.
/// </summary>
internal static class MonotonicTime
{
    /// <summary>The longest delay of .NET's timers.</summary>
    private static readonly TimeSpan LongestTimerDelay = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>The timestamp that lies a time after another one.</summary>
    public static long Add(this TimeProvider time, long timestamp, TimeSpan delay)
    {
        var sum = timestamp + (delay.TotalSeconds * time.TimestampFrequency);
        return sum >= long.MaxValue ? long.MaxValue
            : sum <= long.MinValue ? long.MinValue
            : timestamp + (long)(delay.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>The timestamp that lies a time from now.</summary>
    public static long After(this TimeProvider time, TimeSpan delay) => time.Add(time.GetTimestamp(), delay);

    /// <summary>How long it is until a timestamp; negative once it has passed.</summary>
    public static TimeSpan Until(this TimeProvider time, long timestamp)
    {
        // Wide enough for any two timestamps, and for the product.
        var ticks = ((Int128)timestamp - time.GetTimestamp()) * TimeSpan.TicksPerSecond / time.TimestampFrequency;
        return ticks >= TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue
            : ticks <= TimeSpan.MinValue.Ticks ? TimeSpan.MinValue
            : new TimeSpan((long)ticks);
    }

    /// <summary>A delay that a timer takes: none that is negative, and none beyond a timer's limit (49 days).</summary>
    public static TimeSpan AsTimerDelay(this TimeSpan delay) =>
        delay <= TimeSpan.Zero ? TimeSpan.Zero : delay < LongestTimerDelay ? delay : LongestTimerDelay;

    public static TimeSpan AtMost(this TimeSpan time, TimeSpan most) => time < most ? time : most;

    /// <summary>An instant a time after another one.</summary>
    public static DateTimeOffset Plus(this DateTimeOffset instant, TimeSpan delay) =>
        delay > DateTimeOffset.MaxValue - instant ? DateTimeOffset.MaxValue
        : delay < DateTimeOffset.MinValue - instant ? DateTimeOffset.MinValue
        : instant + delay;
}
