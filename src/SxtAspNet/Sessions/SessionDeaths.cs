namespace SxtAspNet.Sessions;

/// <summary>
/// Watches for sessions that die young, again and again: something else ends them, for example another program that
/// logs in or out as the same user. Logging in at once each time would only turn that into a storm.
/// </summary>
internal sealed class SessionDeaths
{
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    private readonly SessionContext _context;
    private int _inARow;
    private TimeSpan _lastWait;

    public SessionDeaths(SessionContext context, CurrentSession current)
    {
        _context = context;
        current.Changed += change =>
        {
            if (change is SessionChange.Renewed)
            {
                Forget();
            }
        };
    }

    /// <summary>What to tell the person on call, when deaths are frequent.</summary>
    public string? Explanation { get; private set; }

    /// <summary>Counts a death that is to be followed by a login.</summary>
    /// <returns>Why that login has to wait, and how long; <see langword="null"/>: it has not.</returns>
    public SxtAuthenticationException? Count(SessionSnapshot dead)
    {
        // Granted some time before it was adopted; but what an instant says may be wrong.
        var age = _context.Time.GetElapsedTime(dead.InstalledAt);
        age = _context.Clock.Now - dead.Session!.GrantedAt is var sinceGranted && sinceGranted > age ? sinceGranted : age;
        var half = dead.Session.Lifetime / 2;
        var young = half < Young ? half : Young;
        young = _lastWait * 2 > young ? _lastWait * 2 : young;
        _inARow = age < young ? _inARow + 1 : 0;
        _lastWait = RetryPolicy.AfterDeaths(_inARow, _context.Runtime.Random());
        if (_lastWait == TimeSpan.Zero)
        {
            Explanation = null;
            return null;
        }

        Explanation = $"The gateway ended {_inARow} sessions in a row soon after their login. Does another program log "
            + "in or out as the same user, or does the gateway allow one session per user?";
        return new SxtAuthenticationException(
            SxtFailureReason.SessionEnded, $"Session of user '{_context.Identity.UserId}': {Explanation}", retryAfter: _lastWait);
    }

    /// <summary>A session has lived until its renewal.</summary>
    private void Forget() => (_inARow, _lastWait, Explanation) = (0, TimeSpan.Zero, null);
}
