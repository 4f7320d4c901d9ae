namespace SxtAspNet.Gateway;

/// <summary>
/// The gateway's clock, as far as its answers tell. All instants of the protocol are on that clock, and a server's own
/// clock may be wrong by minutes, so instants are compared here only.
/// </summary>
/// <remarks>
/// <para>Each answer bounds the gateway's time: the header names a second, and the answer was made between sending and
/// receiving. The bounds of several answers are intersected, and the upper one counts as the time: so a deadline is
/// met a little early, never late. Between answers the monotonic clock runs on, which no administrator can set.</para>
/// <para>An answer may also be wrong: one bad server behind a balancer, one proxy with a clock of its own. So one alone moves
/// the clock by <see cref="LargestStep"/> at most. One that says more is a rival: it is believed when further answers in a row
/// agree with it, more of them than have told the present time (two answers against one, three against any number), and
/// it is forgotten when an answer agrees with the present time. Three things decide earlier: this machine's clock, when it
/// has moved just as far (the machine was asleep); between two answers that stand alone, the one nearer to this machine's clock;
/// and the instants of a granted token, which was issued before the answer and expires after it.</para>
/// <para>The first answer is believed if it is within <see cref="LargestLocalError"/> of this machine's clock, else when a
/// further one agrees.</para>
/// </remarks>
internal sealed class GatewayClock(TimeProvider timeProvider)
{
    private static readonly TimeSpan HeaderResolution = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ObservationInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NotableChange = TimeSpan.FromMilliseconds(500);

    /// <summary>How far one answer alone can move the clock.</summary>
    private static readonly TimeSpan LargestStep = TimeSpan.FromMinutes(5);

    /// <summary>How wrong this machine's clock may be for a first answer to be believed at once.</summary>
    private static readonly TimeSpan LargestLocalError = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly long _origin = timeProvider.GetTimestamp();
    private volatile Bounds? _bounds;
    private volatile Bounds? _rival;

    /// <summary>Raised, outside any lock, when the time is known first or turns out different.</summary>
    public event Action? Changed;

    /// <summary>Whether the gateway's time is known yet.</summary>
    public bool IsKnown => _bounds is not null;

    /// <summary>The gateway's time; this machine's as long as no answer has told it.</summary>
    public DateTimeOffset Now => ToInstant(timeProvider.GetTimestamp());

    /// <summary>How far the gateway's clock is ahead of this machine's; <see langword="null"/> when not known.</summary>
    public TimeSpan? OffsetFromLocalClock => IsKnown ? Now - timeProvider.GetUtcNow() : null;

    /// <summary>Whether another answer's date is worth reading: the last one is old, or in doubt.</summary>
    public bool WantsObservation(long timestamp) =>
        _bounds is not { } bounds || _rival is not null || timeProvider.GetElapsedTime(bounds.ObservedAt, timestamp) > ObservationInterval;

    /// <summary>Learns from the Date header of an answer.</summary>
    /// <param name="date">The header's value.</param>
    /// <param name="sentAt">The monotonic timestamp before the request was sent.</param>
    public void Observe(DateTimeOffset date, long sentAt)
    {
        var observed = Between(date, date.Plus(HeaderResolution), sentAt);
        Change(() => Weigh(observed));
    }

    /// <summary>Holds what is in doubt against a token that the gateway has granted.</summary>
    /// <param name="issuedAt">When it was issued, if it says so.</param>
    /// <param name="expiresAt">When it expires.</param>
    /// <param name="sentAt">The monotonic timestamp before the request was sent.</param>
    public void Observe(DateTimeOffset? issuedAt, DateTimeOffset expiresAt, long sentAt)
    {
        var lifetime = Between(issuedAt ?? DateTimeOffset.MinValue, expiresAt, sentAt);
        Change(() =>
        {
            if (_rival is not { } rival)
            {
                return;
            }

            var isRefuted = !rival.IsNear(lifetime);
            var isConfirmed = !isRefuted && _bounds?.IsNear(lifetime) is not true;
            _bounds = isConfirmed ? rival : _bounds;
            _rival = isRefuted || isConfirmed ? null : rival;
        });
    }

    /// <summary>The monotonic timestamp at which the gateway's clock shows <paramref name="instant"/>.</summary>
    public long ToTimestamp(DateTimeOffset instant)
    {
        var now = timeProvider.GetTimestamp();
        return timeProvider.Add(now, instant - ToInstant(now));
    }

    /// <summary>What the gateway's clock shows at a monotonic timestamp.</summary>
    public DateTimeOffset ToInstant(long timestamp) =>
        _bounds is { } bounds
            ? bounds.Upper.Plus(SinceOrigin(timestamp))
            : timeProvider.GetUtcNow().Plus(timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), timestamp));

    private void Weigh(Bounds observed)
    {
        var known = _bounds;
        if (known is not null && known.IsNear(observed))
        {
            _bounds = known.Join(observed);
            _rival = null;
            return;
        }

        var rival = _rival is { } earlier && earlier.IsNear(observed) ? earlier.Join(observed) : observed;
        if (known is null ? rival.Answers > 1 || rival.LocalError.Duration() < LargestLocalError : IsBelieved(rival, known))
        {
            // A time that one answer told, and another one has replaced, may still turn out to be the right one.
            _rival = rival.Answers == 1 ? known : null;
            _bounds = rival;
        }
        else
        {
            _rival = rival;
        }
    }

    private static bool IsBelieved(Bounds rival, Bounds known) =>
        rival.Answers > Math.Min(known.Answers, 2)
        || (rival.LocalError - known.LocalError).Duration() < LargestStep
        || (rival.Answers == 1 && known.Answers == 1 && rival.LocalError.Duration() < known.LocalError.Duration());

    private void Change(Action change)
    {
        bool isNotable;
        lock (_gate)
        {
            var known = _bounds;
            change();
            isNotable = _bounds is { } bounds && (known is null || (known.Upper - bounds.Upper).Duration() > NotableChange);
        }

        if (isNotable)
        {
            Changed?.Invoke();
        }
    }

    private TimeSpan SinceOrigin(long timestamp) => timeProvider.GetElapsedTime(_origin, timestamp);

    /// <summary>The bounds of a clock that showed a time between two instants, between a request's start and now.</summary>
    private Bounds Between(DateTimeOffset earliest, DateTimeOffset latest, long sentAt)
    {
        var receivedAt = timeProvider.GetTimestamp();
        return new Bounds(
            earliest.Plus(-SinceOrigin(receivedAt)),
            latest.Plus(-SinceOrigin(sentAt)),
            timeProvider.GetUtcNow().Plus(-SinceOrigin(receivedAt)),
            receivedAt,
            Answers: 1);
    }

    /// <summary>Earliest and latest instant that the gateway's clock can have shown at the origin.</summary>
    /// <param name="Lower">The earliest.</param>
    /// <param name="Upper">The latest.</param>
    /// <param name="LocalTime">What this machine's clock, as it was set when that was observed last, would have shown at the origin.</param>
    /// <param name="ObservedAt">The monotonic timestamp of that.</param>
    /// <param name="Answers">How many answers in a row agreed on it.</param>
    private sealed record Bounds(DateTimeOffset Lower, DateTimeOffset Upper, DateTimeOffset LocalTime, long ObservedAt, int Answers)
    {
        /// <summary>How far the gateway's clock is ahead of this machine's.</summary>
        public TimeSpan LocalError => Upper - LocalTime;

        public bool IsNear(Bounds other) => other.Lower <= Upper.Plus(LargestStep) && Lower <= other.Upper.Plus(LargestStep);

        /// <summary>Narrows the bounds by an observation near them; where both can't be, the later one holds.</summary>
        public Bounds Join(Bounds observed)
        {
            var joined = observed with { Answers = Math.Min(Answers, int.MaxValue - 1) + 1 };
            return observed.Lower > Upper || Lower > observed.Upper
                ? joined
                : joined with
                {
                    Lower = observed.Lower > Lower ? observed.Lower : Lower,
                    Upper = observed.Upper < Upper ? observed.Upper : Upper,
                };
        }
    }
}
