namespace SxtAspNet.Sessions;

/// <summary>How long to wait after failures in a row: doubling from one second, spread by chance, capped.</summary>
internal static class Backoff
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait that the gateway can ask for by Retry-After.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10);

    public static TimeSpan Delay(int failures, TimeSpan cap, double jitter)
    {
        var seconds = Math.Min(Math.Pow(2, Math.Min(failures, 30) - 1), cap.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.75 + (0.25 * jitter)));
    }

    /// <summary>How long to wait after a failed attempt: at least as long as the gateway asks for.</summary>
    public static TimeSpan After(SxtAuthenticationException failure, int failures, double jitter)
    {
        var delay = Delay(failures, LongestDelay, jitter);
        var asked = failure.RetryAfter ?? TimeSpan.Zero;
        asked = asked < LongestRetryAfter ? asked : LongestRetryAfter;
        return asked > delay ? asked : delay;
    }
}
