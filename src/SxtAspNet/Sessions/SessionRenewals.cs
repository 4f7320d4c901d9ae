using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// One renewal or logout at a time: starts it, lets others join it, takes over what it ends in, and sets the time of the next
/// attempt. Its lock is held for a few assignments, with all work, waiting and completing of waiters outside it.
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
    private readonly CancellationTokenSource _ending = new();
    private readonly SessionIdentity _identity;
    private readonly SessionSettings _settings;
    private readonly CurrentSession _current;
    private readonly Renewal _renewal;
    private readonly Logout _logout;
    private readonly GatewayClock _clock;
    private readonly Runtime _runtime;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private volatile SessionFailure? _failure;
    private SessionOperation? _running;
    private bool _isStopping;

    public SessionRenewals(
        SessionIdentity identity,
        SessionSettings settings,
        CurrentSession current,
        Renewal renewal,
        Logout logout,
        GatewayClock clock,
        Runtime runtime,
        ILogger logger)
    {
        _identity = identity;
        _settings = settings;
        _current = current;
        _renewal = renewal;
        _logout = logout;
        _clock = clock;
        _runtime = runtime;
        _logger = logger;
        _timer = runtime.CreateTimer(OnTimer);
        _current.Changed += OnCurrentChanged;
        _settings.Changed += _current.MoveDeadline;
        _clock.Changed += _current.MoveDeadline;
    }

    /// <summary>The last attempt's failure, until one succeeds.</summary>
    public SessionFailure? Failure => _failure;

    /// <summary>Starts a renewal, unless a renewal or a logout is under way: then that one is joined.</summary>
    public SessionOperation Join(RenewalCause cause) =>
        Join(isLogout: false, token => _renewal.RunAsync(cause, _settings.Current, token));

    /// <summary>Starts a logout, unless a renewal or a logout is under way: then that one is joined.</summary>
    public SessionOperation JoinLogout() => Join(isLogout: true, token => _logout.RunAsync(_settings.Current, token));

    /// <summary>What is under way, if anything.</summary>
    public SessionOperation? Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    /// <summary>How long it is until the next attempt after a failure; zero when it is due or under way.</summary>
    public TimeSpan UntilNextAttempt =>
        _failure is { } failure && _runtime.TimeProvider.Until(RetryAt(failure)) is var delay && delay > TimeSpan.Zero ? delay : TimeSpan.Zero;

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

        if (running is null)
        {
            return;
        }

        try
        {
            await running.WaitAsync(StopLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception unfinished) when (unfinished is SxtAuthenticationException or OperationCanceledException)
        {
            _logger.StoppedEarly();

            // Not asynchronously, which would go on on another thread.
#pragma warning disable CA1849
            _ending.Cancel();
#pragma warning restore CA1849
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
        }

        _ending.Cancel();
        _clock.Changed -= _current.MoveDeadline;
        _settings.Changed -= _current.MoveDeadline;
        _current.Changed -= OnCurrentChanged;
        _timer.Dispose();
    }

    private SessionOperation Join(bool isLogout, Func<CancellationToken, Task<RenewalOutcome>> work)
    {
        SessionOperation operation;
        lock (_gate)
        {
            if (_running is not null)
            {
                return _running;
            }

            _running = operation = new SessionOperation(isLogout, _runtime);
        }

        _runtime.StartDetached(() => RunAsync(operation, work));
        return operation;
    }

    private async Task RunAsync(SessionOperation operation, Func<CancellationToken, Task<RenewalOutcome>> work)
    {
        using var scope = _logger.IdentityScope(_identity.Name);
        RenewalOutcome outcome;
        Exception? unexpected = null;
        try
        {
            outcome = await work(_ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            outcome = new RenewalOutcome.Failed(new SxtAuthenticationException(SxtFailureReason.TimedOut, "The app stops."));
        }
        catch (Exception exception)
        {
            unexpected = exception;
            outcome = new RenewalOutcome.Failed(new SxtAuthenticationException(
                SxtFailureReason.Unexpected,
                $"Session of user '{_identity.UserId}': {exception.GetType().Name}; the log has the details.",
                exception));
        }

        var failure = End(operation, outcome);
        if (failure is not null && !_ending.IsCancellationRequested)
        {
            LogFailure(operation, failure, unexpected);
        }
        else if (failure is null && operation.IsLogout)
        {
            _logger.LoggedOut(_current.Snapshot.Session!.Generation);
        }

        operation.End(failure);
    }

    /// <summary>Takes over what an operation ended in; only then the next one can start.</summary>
    private SessionFailure? End(SessionOperation operation, RenewalOutcome outcome)
    {
        _current.Offer(outcome);
        lock (_gate)
        {
            _running = null;
            SessionFailure? failure = null;
            if (outcome is RenewalOutcome.Failed failed && operation.IsLogout)
            {
                failure = new SessionFailure(failed.Cause, 1, 0, 0);
            }
            else
            {
                failure = ToFailure(outcome);
                _failure = failure;
            }

            SetTimer();
            return failure;
        }
    }

    private SessionFailure? ToFailure(RenewalOutcome outcome)
    {
        var count = (_failure?.Count ?? 0) + 1;
        var time = _runtime.TimeProvider;
        switch (outcome)
        {
            case RenewalOutcome.Postponed postponed:
                return new(postponed.Cause, count, time.After(postponed.Delay), time.After(postponed.UrgentDelay));
            case RenewalOutcome.Failed failed:
                var jitter = _runtime.Random();
                return new(failed.Cause, count, RetryAt(hasToken: true), RetryAt(hasToken: false));

                long RetryAt(bool hasToken) => time.After(
                    RetryPolicy.AfterFailure(failed.Cause, count, hasToken, jitter)
                    + (_renewal.IsShared ? RetryPolicy.Turn(isOwn: true, hasToken, jitter) : TimeSpan.Zero));
            default:
                return null;
        }
    }

    private void LogFailure(SessionOperation operation, SessionFailure failure, Exception? unexpected)
    {
        if (operation.IsLogout)
        {
            _logger.LogoutFailed(failure.Cause.Reason, failure.Cause.Message, unexpected);
        }
        else if (_current.Usable is not null)
        {
            _logger.RenewalFailed(failure.Count, failure.Cause.Reason, failure.Cause.Message, unexpected);
        }
        else
        {
            _logger.NoToken(failure.Count, failure.Cause.Reason, failure.Cause.Message, unexpected);
        }
    }

    private void OnCurrentChanged(SessionChange change)
    {
        lock (_gate)
        {
            if (change is SessionChange.Renewed or SessionChange.Installed)
            {
                // What failed here, another instance has done.
                _failure = null;
            }

            SetTimer();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isStopping || _running is not null || NextAttempt() is not { } due)
            {
                return;
            }

            if (_runtime.TimeProvider.Until(due) > TimerTolerance)
            {
                SetTimer();
                return;
            }
        }

        Join(RenewalCause.Schedule);
    }

    private void SetTimer()
    {
        if (!_isStopping)
        {
            // Never at once: a clock that fires at once would do it here, under the lock.
            var delay = NextAttempt() is { } due ? _runtime.TimeProvider.Until(due).AsTimerDelay() : Timeout.InfiniteTimeSpan;
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

        if (snapshot.Session is not { } session || snapshot.IsDead)
        {
            return null;
        }

        var due = _current.ToTimestamp(snapshot, RenewalSchedule.RenewFrom(session, _settings.Current, snapshot.Jitter));
        return Math.Max(due, _runtime.TimeProvider.Add(snapshot.InstalledAt, ShortestTimeBetween));
    }

    /// <summary>As long as there is a token, an attempt may wait; once there is none, it is urgent.</summary>
    private long RetryAt(SessionFailure failure) =>
        Math.Min(failure.RetryAt, Math.Max(_current.UnusableFrom(), failure.UrgentRetryAt));
}
