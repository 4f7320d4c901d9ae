namespace SxtAspNet.Sessions;

/// <summary>
/// Watches for sessions that die young, again and again: something else ends them, for example another program that
/// logs in or out as the same user. Logging in at once each time would only turn that into a storm.
/// </summary>
internal sealed class SessionDeaths(SessionRuntime runtime)
{
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private int _inARow;
    private TimeSpan _lastWait;

    /// <summary>What to tell the person on call, when deaths are frequent.</summary>
    public string? Explanation { get; private set; }

    /// <summary>Notes a death.</summary>
    /// <returns>How long to wait before the next login; <see langword="null"/>: not at all.</returns>
    public TimeSpan? Record(Session dead, DateTimeOffset now)
    {
        var young = _lastWait * 2 > Young ? _lastWait * 2 : Young;
        _inARow = now - dead.GrantedAt < young ? _inARow + 1 : 0;
        if (_inARow < 2)
        {
            Forget(_inARow);
            return null;
        }

        _lastWait = Backoff.Delay(_inARow - 1, LongestWait, runtime.Random());
        Explanation = $"The gateway ended {_inARow} sessions in a row soon after their login. Does another program log "
            + "in or out as the same user, or does the gateway allow one session per user?";
        return _lastWait;
    }

    /// <summary>A session has lived until its renewal.</summary>
    public void Forget() => Forget(0);

    public SxtAuthenticationException ToException(string userId, TimeSpan wait) =>
        new(SxtFailureReason.SessionEnded, $"Session of user '{userId}': {Explanation}", retryAfter: wait);

    private void Forget(int inARow) => (_inARow, _lastWait, Explanation) = (inARow, TimeSpan.Zero, null);
}
