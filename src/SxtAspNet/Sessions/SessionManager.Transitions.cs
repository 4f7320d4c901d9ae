using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>What starts a renewal, and what its end changes.</summary>
internal sealed partial class SessionManager
{
    /// <summary>A timer may fire a moment early; that is no reason to set it again.</summary>
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest wait that the gateway can ask for by Retry-After.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10);

    /// <summary>Call it under the lock; start a new operation outside it.</summary>
    private (SessionOperation Operation, bool IsNew) JoinOrCreate(bool isLogout = false)
    {
        var isNew = _operation is null;
        return (_operation ??= new SessionOperation(isLogout), isNew);
    }

    private void StartRenewal(SessionOperation operation, bool isRequested) =>
        _runtime.StartDetached(() => RunAsync(
            operation, () => _renewer.RenewAsync(_current, isRequested, _options, CancellationToken.None)));

    /// <summary>Renews now, or joins a renewal that is under way.</summary>
    private async Task<SessionFailure?> RunRenewalAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            SessionOperation operation;
            bool isNew;
            lock (_gate)
            {
                (operation, isNew) = JoinOrCreate();
            }

            if (isNew)
            {
                StartRenewal(operation, isRequested: true);
            }

            var failure = await operation.WaitAsync(_options.AcquireTimeout, TimeProvider, cancellationToken).ConfigureAwait(false);
            if (!operation.IsLogout)
            {
                return failure;
            }
        }
    }

    private async Task RunAsync(SessionOperation operation, Func<Task<Session>> work)
    {
        using var scope = _logger.IdentityScope(_identity.Name);
        SessionFailure? failure = null;
        Exception? unexpected = null;
        try
        {
            var session = await work().ConfigureAwait(false);
            lock (_gate)
            {
                _operation = null;
                Install(session);
            }
        }
        catch (Exception exception)
        {
            unexpected = exception is SxtAuthenticationException ? null : exception;
            var cause = exception as SxtAuthenticationException ?? new SxtAuthenticationException(
                SxtFailureReason.Unexpected,
                $"Session of user '{_identity.UserId}': {exception.GetType().Name}; the log has the details.",
                exception);
            lock (_gate)
            {
                _operation = null;
                failure = operation.IsLogout
                    ? new SessionFailure(cause, 1, TimeProvider.GetTimestamp())
                    : Fail(cause);
            }
        }

        if (failure is null)
        {
            _logger.OperationSucceeded(operation, _current!);
        }
        else
        {
            _logger.OperationFailed(operation, failure, _active is not null, unexpected);
        }

        operation.Complete(failure);
    }

    private void Install(Session session)
    {
        if (_active is not null)
        {
            _deaths.Forget();
        }

        _current = session;
        _failure = null;
        _jitter = _runtime.Random();
        _active = Activate(session);
        SetTimer();
    }

    private SessionFailure Fail(SxtAuthenticationException cause)
    {
        var count = (_failure?.Count ?? 0) + 1;
        var delay = Backoff.Delay(count, LongestBackoff, _runtime.Random());
        if (cause.RetryAfter > delay)
        {
            delay = cause.RetryAfter < LongestRetryAfter ? cause.RetryAfter.Value : LongestRetryAfter;
        }

        _failure = new SessionFailure(cause, count, TimeProvider.GetTimestamp() + ToTicks(delay));
        SetTimer();
        return _failure;
    }

    private ActiveToken? Activate(Session session)
    {
        if (session.AccessToken is not { } token)
        {
            return null;
        }

        // As long as no answer has told the gateway's time, the session counts as usable.
        return new ActiveToken(session, token, _clock.IsKnown ? _clock.ToTimestamp(session.UnusableFrom) : long.MaxValue);
    }

    private void OnScheduleChanged()
    {
        lock (_gate)
        {
            if (_active is not null)
            {
                _active = Activate(_active.Session);
            }

            SetTimer();
        }
    }

    private void OnOptionsChanged(SxtOptions options, string? name)
    {
        if (name != _identity.Name)
        {
            return;
        }

        if (!_identity.Matches(options))
        {
            _logger.RestartNeeded(name.Length == 0 ? "(default)" : name);
        }

        _options = options;
        OnScheduleChanged();
    }

    private void OnTimer()
    {
        SessionOperation operation;
        lock (_gate)
        {
            if (_isStopping || _operation is not null || NextAttempt() is not { } due)
            {
                return;
            }

            if (TimeProvider.GetElapsedTime(TimeProvider.GetTimestamp(), due) > TimerTolerance)
            {
                SetTimer();
                return;
            }

            (operation, _) = JoinOrCreate();
        }

        StartRenewal(operation, isRequested: false);
    }

    private void SetTimer()
    {
        if (_isStopping)
        {
            return;
        }

        var delay = Timeout.InfiniteTimeSpan;
        if (NextAttempt() is { } due)
        {
            // Never at once: a clock that fires at once would do it here, under the lock.
            delay = TimeProvider.GetElapsedTime(TimeProvider.GetTimestamp(), due);
            delay = delay > ShortestDelay ? delay : ShortestDelay;
        }

        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The monotonic timestamp of the next attempt in the background; after a logout there is none.</summary>
    private long? NextAttempt()
    {
        if (_current is { IsTombstone: true })
        {
            return null;
        }

        if (_failure is not null)
        {
            return _failure.RetryAt;
        }

        return _current is not null && _clock.IsKnown
            ? _clock.ToTimestamp(RenewalSchedule.RenewFrom(_current, _options, _jitter))
            : null;
    }

    private SxtSessionState State()
    {
        if (_current is { IsTombstone: true })
        {
            return SxtSessionState.LoggedOut;
        }

        if (_active is { } active && active.IsUsableAt(TimeProvider.GetTimestamp()))
        {
            return _failure is null && _deaths.Explanation is null ? SxtSessionState.Active : SxtSessionState.Degraded;
        }

        if (_failure is not null)
        {
            return SxtSessionState.Unavailable;
        }

        return _current is null ? SxtSessionState.NotStarted : SxtSessionState.Degraded;
    }

    private long ToTicks(TimeSpan delay) => (long)(delay.TotalSeconds * TimeProvider.TimestampFrequency);
}
