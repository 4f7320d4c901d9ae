using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// One renewal or logout at a time: starts it, lets others join it, takes over what it ends in, and sets the time of the next
/// attempt. Its lock is held for a few assignments only.
/// </summary>
internal sealed class SessionRenewals : IDisposable
{
    /// <summary>A timer may fire a moment early; that is no reason to set it again.</summary>
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>Whatever instants the gateway names, a session is not renewed sooner.</summary>
    private static readonly TimeSpan ShortestTimeBetween = TimeSpan.FromSeconds(1);

    /// <summary>What is under way gets so long to end when the app stops: within that time it does, or the gateway is silent.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SessionContext _context;
    private readonly CurrentSession _current;
    private readonly Renewal _renewal;
    private readonly Logout _logout;
    private readonly ITimer _timer;
    private volatile SessionFailure? _failure;
    private volatile SessionOperation? _running;
    private volatile bool _isStopping;

    public SessionRenewals(SessionContext context, CurrentSession current, Renewal renewal, Logout logout)
    {
        (_context, _current, _renewal, _logout) = (context, current, renewal, logout);
        _timer = context.Runtime.CreateTimer(OnTimer);
        _current.Changed += OnCurrentChanged;
    }

    /// <summary>The last attempt's failure, until one succeeds.</summary>
    public SessionFailure? Failure => _failure;

    /// <summary>What is under way, if anything.</summary>
    public SessionOperation? Running => _running;

    /// <summary>Starts a renewal, decided on by what was known before; or joins the renewal or logout that is under way.</summary>
    public SessionOperation Join(RenewalCause cause, SessionSnapshot before) =>
        Join(isLogout: false, cause is RenewalCause.Schedule, cause.Word(), before, () => _renewal.RunAsync(cause, before));

    /// <summary>Starts a logout, or joins the renewal or logout that is under way.</summary>
    public SessionOperation JoinLogout() => Join(isLogout: true, isInBackground: false, Words.Logout, _current.Snapshot, _logout.RunAsync);

    /// <summary>How long it is until the next attempt after a failure; zero when it is due or under way.</summary>
    public TimeSpan UntilNextAttempt =>
        _failure is { } failure && _context.Time.Until(RetryAt(failure)) is var delay && delay > TimeSpan.Zero ? delay : TimeSpan.Zero;

    /// <summary>Renews no more in the background. What is under way may end; it is cut off when it takes too long.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        SessionOperation? running;
        lock (_gate)
        {
            _isStopping = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            running = _running;
        }

        if (running is not null && !await running.HasEndedAsync(StopLimit, cancellationToken).ConfigureAwait(false))
        {
            _context.Logger.StoppedEarly();
            _context.CutOff();

            // It still releases the lock, for which the app's connection to the store must be there.
            await running.HasEndedAsync(_context.Options.StoreTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _isStopping = true;
        _timer.Dispose();
    }

    private SessionOperation Join(bool isLogout, bool isInBackground, string cause, SessionSnapshot before, Func<Task<RenewalOutcome>> work)
    {
        SessionOperation operation;
        lock (_gate)
        {
            if (_running is not null || (isInBackground && _isStopping))
            {
                return _running ?? SessionOperation.Ended(_context);
            }

            _running = operation = new SessionOperation(isLogout, cause, _context);
        }

        operation.Begin(() => RunAsync(operation, before, work));
        return operation;
    }

    private async Task RunAsync(SessionOperation operation, SessionSnapshot before, Func<Task<RenewalOutcome>> work)
    {
        SessionFailure? failure = null;
        try
        {
            using var scope = operation.Enter();
            var (outcome, unexpected) = await CatchAsync(work).ConfigureAwait(false);
            failure = TakeOver(operation.Report(outcome, unexpected), before, operation.IsLogout);
            if (failure is not null && !_context.Stopping.IsCancellationRequested)
            {
                _context.Logger.AttemptFailed(
                    operation.IsLogout, _current.Usable is not null, failure.Count, failure.Cause.Reason, failure.Cause.Message, unexpected);
            }
            else if (failure is null && operation.IsLogout)
            {
                _context.Logger.LoggedOut(_current.Snapshot.Session!.Generation);
            }
        }
        finally
        {
            // Whatever happened: an operation that never ends would be the last one.
            if (Interlocked.CompareExchange(ref _running, null, operation) == operation)
            {
                _timer.Change(RetryPolicy.AfterBreak, Timeout.InfiniteTimeSpan);
            }

            operation.End(failure);
        }
    }

    private async Task<(RenewalOutcome Outcome, Exception? Unexpected)> CatchAsync(Func<Task<RenewalOutcome>> work)
    {
        try
        {
            return (await work().ConfigureAwait(false), null);
        }
        catch (Exception exception)
        {
            var cause = _context.Stopping.IsCancellationRequested
                ? new SxtAuthenticationException(SxtFailureReason.TimedOut, "The app stops.")
                : new SxtAuthenticationException(
                    SxtFailureReason.Unexpected,
                    $"Session of {_context.Identity.User}: {exception.GetType().Name}; the log has the details.",
                    exception);
            return (new RenewalOutcome.Failed(cause), exception);
        }
    }

    /// <summary>Takes over what an operation ended in; only then the next one can start.</summary>
    private SessionFailure? TakeOver(RenewalOutcome outcome, SessionSnapshot before, bool isLogout)
    {
        _current.Offer(outcome);
        lock (_gate)
        {
            _running = null;

            // What failed here, another instance may have done meanwhile.
            var isOvertaken = !isLogout && _current.Usable is { } usable && SharedSession.IsNewer(usable.Session, before.Session);
            var failure = isOvertaken ? null : ToFailure(outcome);
            _failure = failure is not null && isLogout ? _failure : failure;
            SetTimer();
            return failure;
        }
    }

    private SessionFailure? ToFailure(RenewalOutcome outcome)
    {
        var count = (_failure?.Count ?? 0) + 1;
        var time = _context.Time;
        switch (outcome)
        {
            case RenewalOutcome.Postponed postponed:
                return new(postponed.Cause, Math.Max(1, count - 1), time.After(postponed.Delay), time.After(postponed.UrgentDelay));
            case RenewalOutcome.Failed failed:
                var jitter = _context.Runtime.Random();
                return new(failed.Cause, count, RetryAt(hasToken: true), RetryAt(hasToken: false));

                long RetryAt(bool hasToken) => time.After(
                    RetryPolicy.AfterFailure(failed.Cause, count, hasToken, jitter)
                    + (_renewal.IsShared ? RetryPolicy.Turn(isOwn: true, hasToken, jitter) : TimeSpan.Zero));
            default:
                return null;
        }
    }

    private void OnCurrentChanged(SessionChange change)
    {
        lock (_gate)
        {
            // What failed here, another instance has done.
            _failure = change is SessionChange.Renewed or SessionChange.Installed ? null : _failure;
            SetTimer();
        }
    }

    private void OnTimer()
    {
        var before = _current.Snapshot;
        lock (_gate)
        {
            if (_isStopping || _running is not null || NextAttempt() is not { } due)
            {
                return;
            }

            if (_context.Time.Until(due) > TimerTolerance)
            {
                SetTimer();
                return;
            }
        }

        Join(RenewalCause.Schedule, before);
    }

    private void SetTimer()
    {
        if (!_isStopping)
        {
            // Never at once: a clock that fires at once would do it here, under the lock.
            var delay = NextAttempt() is { } due ? _context.Time.Until(due).AsTimerDelay() : Timeout.InfiniteTimeSpan;
            _timer.Change(delay == TimeSpan.Zero ? Runtime.ShortestWait : delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The monotonic timestamp of the next attempt in the background; after a logout there is none.</summary>
    private long? NextAttempt()
    {
        var snapshot = _current.Snapshot;
        if (snapshot.IsLoggedOut)
        {
            return null;
        }

        if (_failure is { } failure)
        {
            return RetryAt(failure);
        }

        return snapshot.Session is null || snapshot.IsDead
            ? null
            : Math.Max(_current.RenewFrom(snapshot), _context.Time.Add(snapshot.InstalledAt, ShortestTimeBetween));
    }

    /// <summary>As long as there is a token, an attempt may wait; once there is none, or soon will be, it is urgent.</summary>
    private long RetryAt(SessionFailure failure) =>
        Math.Min(failure.RetryAt, Math.Max(_current.UrgentFrom(), failure.UrgentRetryAt));
}
