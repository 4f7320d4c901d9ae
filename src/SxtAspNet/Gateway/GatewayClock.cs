namespace SxtAspNet.Gateway;

/// <summary>
/// The gateway's clock, as far as its answers tell. All instants of the protocol are on that clock, and a server's own
/// clock may be wrong by minutes, so instants are compared here only.
/// </summary>
/// <remarks>
/// Each answer bounds the gateway's time: the header names a second, and the answer was made between sending and
/// receiving. The bounds of several answers are intersected, and the upper one counts as the time: so a deadline is
/// met a little early, never late. Between answers the monotonic clock runs on, which no administrator can set.
/// </remarks>
internal sealed class GatewayClock(TimeProvider timeProvider)
{
    private static readonly TimeSpan HeaderResolution = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ObservationInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NotableChange = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly long _origin = timeProvider.GetTimestamp();
    private volatile Bounds? _bounds;

    /// <summary>Raised, outside any lock, when the time is known first or turns out different.</summary>
    public event Action? Changed;

    /// <summary>Whether any answer has told the gateway's time yet.</summary>
    public bool IsKnown => _bounds is not null;

    /// <summary>The gateway's time; this machine's as long as no answer has told it.</summary>
    public DateTimeOffset Now => ToInstant(timeProvider.GetTimestamp());

    /// <summary>How far the gateway's clock is ahead of this machine's; <see langword="null"/> when not known.</summary>
    public TimeSpan? OffsetFromLocalClock => IsKnown ? Now - timeProvider.GetUtcNow() : null;

    /// <summary>Whether another answer's date is worth reading: the last one is old.</summary>
    public bool WantsObservation(long timestamp) =>
        _bounds is not { } bounds || timeProvider.GetElapsedTime(bounds.ObservedAt, timestamp) > ObservationInterval;

    /// <summary>Learns from the Date header of an answer.</summary>
    /// <param name="date">The header's value.</param>
    /// <param name="sentAt">The monotonic timestamp before the request was sent.</param>
    public void Observe(DateTimeOffset date, long sentAt)
    {
        var receivedAt = timeProvider.GetTimestamp();
        var lower = date - SinceOrigin(receivedAt);
        var upper = date + HeaderResolution - SinceOrigin(sentAt);
        bool notable;

        lock (_gate)
        {
            var known = _bounds;
            if (known is not null && lower <= known.Upper && upper >= known.Lower)
            {
                lower = lower > known.Lower ? lower : known.Lower;
                upper = upper < known.Upper ? upper : known.Upper;
            }

            notable = known is null || (known.Upper - upper).Duration() > NotableChange;
            _bounds = new Bounds(lower, upper, receivedAt);
        }

        if (notable)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>The monotonic timestamp at which the gateway's clock shows <paramref name="instant"/>.</summary>
    public long ToTimestamp(DateTimeOffset instant)
    {
        var now = timeProvider.GetTimestamp();
        var remaining = instant - ToInstant(now);
        return now + (long)(remaining.TotalSeconds * timeProvider.TimestampFrequency);
    }

    private DateTimeOffset ToInstant(long timestamp) =>
        _bounds is { } bounds
            ? bounds.Upper + SinceOrigin(timestamp)
            : timeProvider.GetUtcNow() + timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), timestamp);

    private TimeSpan SinceOrigin(long timestamp) => timeProvider.GetElapsedTime(_origin, timestamp);

    /// <summary>Earliest and latest instant that the gateway's clock can have shown at the origin.</summary>
    private sealed record Bounds(DateTimeOffset Lower, DateTimeOffset Upper, long ObservedAt);
}
