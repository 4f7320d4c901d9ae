using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>How the current session changed.</summary>
internal enum SessionChange
{
    /// <summary>Another session took the place of one that lived until then.</summary>
    Renewed,

    /// <summary>Another session is used; before there was none that lived.</summary>
    Installed,

    /// <summary>The gateway has ended the session.</summary>
    Ended,

    /// <summary>The same session ends, or is due, at another time than thought.</summary>
    Moved,
}

/// <summary>
/// Which session this instance uses: what requests read, the rule by which one session takes the place of another, and the
/// signal for those who wait for the next. Pure state under a lock that is held for a few assignments; no I/O.
/// </summary>
internal sealed class CurrentSession
{
    private readonly Lock _gate = new();
    private readonly SessionContext _context;
    private readonly CoarseClock _coarseClock;
    private volatile SessionSnapshot _snapshot = new(null, IsShared: false, StoreProblem: null, IsDead: false, InstalledAt: 0, Jitter: 0);
    private volatile ActiveToken? _active;
    private volatile TaskCompletionSource _next;
    private long? _diedAt;

    public CurrentSession(SessionContext context)
    {
        _context = context;
        _coarseClock = new CoarseClock(context.Time);
        _next = new TaskCompletionSource(context.Runtime.Completions);
        context.Clock.Changed += MoveDeadline;
        context.OptionsChanged += MoveDeadline;
    }

    /// <summary>Raised outside the lock.</summary>
    public event Action<SessionChange>? Changed;

    public SessionSnapshot Snapshot => _snapshot;

    /// <summary>What else is to be said of the session to the person on call, if anything.</summary>
    public Func<string?> Concern { get; set; } = static () => null;

    /// <summary>The token that requests send; <see langword="null"/> when there is none, or when it is over.</summary>
    public ActiveToken? Usable => _active is { } active && active.IsUsableAt(_coarseClock.Milliseconds) ? active : null;

    /// <summary>Ends when another session takes the place of the present one. Get it before reading the present one.</summary>
    public Task Next => _next.Task;

    /// <summary>Whether the store between the session's users is away, and the session good for long enough to wait for it.</summary>
    public bool CanAwaitStore =>
        _snapshot is { LacksStore: true } snapshot && Usable is not null && _context.Time.Until(RenewFrom(snapshot)) > TimeSpan.Zero;

    /// <summary>How long ago the gateway ended the session before its time, if no other has taken its place.</summary>
    public TimeSpan? SinceDeath
    {
        get
        {
            lock (_gate)
            {
                return _diedAt is { } diedAt ? _context.Time.GetElapsedTime(diedAt) : null;
            }
        }
    }

    /// <summary>Whether requests use this session: it was neither replaced, nor ended, nor logged out.</summary>
    public bool IsInUse(Session session) => ReferenceEquals(_active?.Session, session);

    /// <summary>The token that has taken the place of <paramref name="sent"/>, if there is one.</summary>
    public ActiveToken? Successor(ActiveToken sent) =>
        Usable is { } active && !ReferenceEquals(active.Session, sent.Session) ? active : null;

    /// <summary>
    /// Uses a session if it is newer than the present one. Of the same one it only tells whether it is shared.
    /// </summary>
    public void Offer(Session session, bool isShared, string? storeProblem)
    {
        NoteUser(session);
        TaskCompletionSource? replaced = null;
        SessionChange? change = null;
        lock (_gate)
        {
            if (SharedSession.IsNewer(session, _snapshot.Session))
            {
                _snapshot = new SessionSnapshot(
                    session, isShared, storeProblem, IsDead: false, _context.Time.GetTimestamp(), _context.Runtime.Random());
                change = _active is null ? SessionChange.Installed : SessionChange.Renewed;
                _active = Activate();
                _diedAt = null;
                (replaced, _next) = (_next, new TaskCompletionSource(_context.Runtime.Completions));
            }
            else if (SharedSession.IsSame(_snapshot.Session, session))
            {
                change = SetSharing(isShared, storeProblem);
            }
        }

        replaced?.SetResult();
        Raise(change);
    }

    /// <summary>Takes over what a renewal or a logout ended in.</summary>
    public void Offer(RenewalOutcome outcome)
    {
        switch (outcome)
        {
            case RenewalOutcome.Adopted adopted when !IsInUse(adopted.Session):
                Offer(adopted.Session, isShared: true, storeProblem: null);
                break;
            case RenewalOutcome.Granted granted:
                Offer(granted.Session, granted.IsShared, granted.StoreProblem);
                break;
        }
    }

    /// <summary>The gateway has ended a session.</summary>
    /// <returns>Whether it was in use, and this is news.</returns>
    public bool End(Session dead)
    {
        lock (_gate)
        {
            if (!IsInUse(dead))
            {
                return false;
            }

            _snapshot = _snapshot with { IsDead = true };
            _active = null;
            _diedAt = _context.Time.GetTimestamp();
            dead.RefreshToken?.TrySpend(out _);
        }

        Changed?.Invoke(SessionChange.Ended);
        return true;
    }

    /// <summary>Notes what is wrong with the store, if anything.</summary>
    /// <returns>Whether it is news that something is.</returns>
    public bool SetStoreProblem(string? problem)
    {
        bool isNews;
        SessionChange? change;
        lock (_gate)
        {
            isNews = problem is not null && _snapshot.StoreProblem is null;
            change = SetSharing(_snapshot.IsShared, problem);
        }

        Raise(change);
        return isNews;
    }

    /// <summary>Without a configured user, the first token tells whose session this is.</summary>
    private void NoteUser(Session session)
    {
        if (_context.Identity.User is { Id.Length: 0 } unknown && session.AccessToken is { } token)
        {
            unknown.Accepts(TokenParts.Read(token.GetValue())?.Payload.User);
        }
    }

    /// <summary>The gateway's time turned out different, and with it the deadline.</summary>
    private void MoveDeadline()
    {
        lock (_gate)
        {
            if (_active is not null)
            {
                _active = Activate();
            }
        }

        Changed?.Invoke(SessionChange.Moved);
    }

    /// <summary>From when on this instance renews a session, on the monotonic clock.</summary>
    public long RenewFrom(SessionSnapshot snapshot) => ToTimestamp(snapshot, DueAt(snapshot));

    /// <summary>The same on the gateway's clock.</summary>
    public DateTimeOffset DueAt(SessionSnapshot snapshot) =>
        RenewalSchedule.RenewFrom(snapshot.Session!, _context.Options, snapshot.Jitter, snapshot.LacksStore);

    /// <summary>When the present token stops working, on the monotonic clock; now, if there is none.</summary>
    public long UnusableFrom()
    {
        // In this order: once there is a token, there is a session.
        var active = _active;
        return active is null ? _context.Time.GetTimestamp() : ToTimestamp(_snapshot, active.Session.UnusableFrom);
    }

    /// <summary>From when on attempts are urgent: shortly before the present token stops working, so that a gateway that is back by then is met.</summary>
    public long UrgentFrom() => _context.Time.Add(UnusableFrom(), -RetryPolicy.UrgentBefore(_context.Options));

    /// <summary>When an instant of the present session comes, on the monotonic clock.</summary>
    /// <remarks>
    /// As long as no answer has told the gateway's time, a session counts as granted when it was installed: usable and not
    /// due, but not for longer than it was granted for.
    /// </remarks>
    public long ToTimestamp(SessionSnapshot snapshot, DateTimeOffset instant) =>
        _context.Clock.IsKnown
            ? _context.Clock.ToTimestamp(instant)
            : _context.Time.Add(snapshot.InstalledAt, instant - snapshot.Session!.GrantedAt);

    /// <summary>The time, as far as it is known beside a session.</summary>
    public DateTimeOffset Now(SessionSnapshot snapshot) =>
        _context.Clock.IsKnown || snapshot.Session is null
            ? _context.Clock.Now
            : snapshot.Session.GrantedAt.Plus(_context.Time.GetElapsedTime(snapshot.InstalledAt));

    private SessionChange? SetSharing(bool isShared, string? storeProblem)
    {
        var before = _snapshot;
        _snapshot = before with { IsShared = isShared, StoreProblem = storeProblem };
        return _snapshot.LacksStore == before.LacksStore ? null : SessionChange.Moved;
    }

    private void Raise(SessionChange? change)
    {
        if (change is { } known)
        {
            Changed?.Invoke(known);
        }
    }

    private ActiveToken? Activate()
    {
        var snapshot = _snapshot;
        return snapshot.Session is { AccessToken: { } token } session
            ? new ActiveToken(session, token, _coarseClock.After(_context.Time.Until(ToTimestamp(snapshot, session.UnusableFrom))))
            : null;
    }
}
