namespace SxtAspNet.Sessions;

/// <summary>
/// Watches for sessions that die young, again and again: something else ends them, for example another program that
/// logs in or out as the same user. Logging in at once each time would only turn that into a storm.
/// </summary>
internal sealed class SessionDeaths(string userId, Runtime runtime)
{
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private int _inARow;
    private TimeSpan _lastWait;

    /// <summary>What to tell the person on call, when deaths are frequent.</summary>
    public string? Explanation { get; private set; }

    /// <summary>Notes a death that is to be followed by a login.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.SessionEnded"/>: deaths are so frequent that the login has to wait.
    /// </exception>
    public void Record(Session dead, DateTimeOffset now)
    {
        var half = (dead.UnusableFrom - dead.GrantedAt) / 2;
        var young = half < Young ? half : Young;
        young = _lastWait * 2 > young ? _lastWait * 2 : young;
        _inARow = now - dead.GrantedAt < young ? _inARow + 1 : 0;
        if (_inARow < 2)
        {
            (_lastWait, Explanation) = (TimeSpan.Zero, null);
            return;
        }

        _lastWait = Backoff.Delay(_inARow - 1, LongestWait, runtime.Random());
        Explanation = $"The gateway ended {_inARow} sessions in a row soon after their login. Does another program log "
            + "in or out as the same user, or does the gateway allow one session per user?";
        throw new SxtAuthenticationException(
            SxtFailureReason.SessionEnded, $"Session of user '{userId}': {Explanation}", retryAfter: _lastWait);
    }

    /// <summary>A session has lived until its renewal.</summary>
    public void Forget() => (_inARow, _lastWait, Explanation) = (0, TimeSpan.Zero, null);
}
