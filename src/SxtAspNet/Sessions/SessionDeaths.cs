namespace SxtAspNet.Sessions;

/// <summary>
/// Watches for sessions that die young, again and again: something else ends them, for example another program that
/// logs in or out as the same user. Logging in at once each time would only turn that into a storm.
/// </summary>
internal sealed class SessionDeaths
{
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    private readonly SessionContext _context;
    private readonly Lock _gate = new();
    private SessionSnapshot? _last;
    private int _inARow;
    private TimeSpan _wait;
    private long _waitUntil;

    public SessionDeaths(SessionContext context, CurrentSession current)
    {
        _context = context;
        current.Changed += change => OnChanged(change, current.Snapshot);
    }

    /// <summary>What to tell the person on call, when deaths are frequent.</summary>
    public string? Explanation { get; private set; }

    /// <summary>Whether the next login has to wait.</summary>
    /// <returns>Why, and how long; <see langword="null"/>: it has not.</returns>
    public SxtAuthenticationException? Postpone()
    {
        lock (_gate)
        {
            return Explanation is not null && _context.Time.Until(_waitUntil) is var wait && wait > TimeSpan.Zero
                ? new SxtAuthenticationException(
                    SxtFailureReason.SessionEnded, $"Session of {_context.Identity.User}: {Explanation}", retryAfter: wait)
                : null;
        }
    }

    private void OnChanged(SessionChange change, SessionSnapshot present)
    {
        lock (_gate)
        {
            switch (change)
            {
                case SessionChange.Ended:
                    _context.Metrics.Died();
                    Count(present);
                    break;
                case SessionChange.Renewed when _last is { Session: not null } last && !IsYoung(last):
                    // That one has lived until its renewal.
                    (_inARow, _wait, Explanation) = (0, TimeSpan.Zero, null);
                    break;
            }

            _last = present;
        }
    }

    private void Count(SessionSnapshot dead)
    {
        _inARow = IsYoung(dead) ? _inARow + 1 : 0;
        _wait = RetryPolicy.AfterDeaths(_inARow, _context.Runtime.Random());
        _waitUntil = _context.Time.After(_wait);
        Explanation = _wait == TimeSpan.Zero ? null
            : $"The gateway ended {_inARow} sessions in a row soon after their login. Does another program log "
            + "in or out as the same user, or does the gateway allow one session per user?";
    }

    private bool IsYoung(SessionSnapshot snapshot)
    {
        // Granted some time before it was adopted; but what an instant says may be wrong.
        var age = _context.Time.GetElapsedTime(snapshot.InstalledAt);
        age = _context.Clock.Now - snapshot.Session!.GrantedAt is var sinceGranted && sinceGranted > age ? sinceGranted : age;
        var half = snapshot.Session.Lifetime / 2;
        var young = half < Young ? half : Young;
        return age < (_wait * 2 > young ? _wait * 2 : young);
    }
}
