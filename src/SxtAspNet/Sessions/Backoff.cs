namespace SxtAspNet.Sessions;

/// <summary>How long to wait after failures in a row: doubling from one second, spread by chance, capped.</summary>
internal static class Backoff
{
    public static TimeSpan Delay(int failures, TimeSpan cap, double jitter)
    {
        var seconds = Math.Min(Math.Pow(2, Math.Min(failures, 30) - 1), cap.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.75 + (0.25 * jitter)));
    }
}
