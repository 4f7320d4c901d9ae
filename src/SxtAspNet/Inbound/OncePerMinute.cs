namespace SxtAspNet.Inbound;

/// <summary>Says when something that happens to many requests is to be reported: the first time, then once a minute.</summary>
internal sealed class OncePerMinute(TimeProvider timeProvider)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private long _due = timeProvider.GetTimestamp();

    public bool IsDue()
    {
        var due = Volatile.Read(ref _due);
        var now = timeProvider.GetTimestamp();
        return now >= due && Interlocked.CompareExchange(ref _due, timeProvider.Add(now, Interval), due) == due;
    }
}
