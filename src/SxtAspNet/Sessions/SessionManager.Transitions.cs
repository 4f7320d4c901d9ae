using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>What starts a renewal, and what its end changes.</summary>
internal sealed partial class SessionManager
{
    /// <summary>A timer may fire a moment early; that is no reason to set it again.</summary>
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>How long the instance whose attempt failed lets the others go first.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    /// <summary>Call it under the lock; start a new operation outside it.</summary>
    private (SessionOperation Operation, bool IsNew) JoinOrCreate(bool isLogout = false)
    {
        var isNew = _operation is null;
        return (_operation ??= new SessionOperation(isLogout), isNew);
    }

    private void StartRenewal(SessionOperation operation, RenewalCause cause) =>
        _runtime.StartDetached(() => RunAsync(
            operation, () => _renewer.RenewAsync(new(_current, _isShared, cause), _options, CancellationToken.None)));

    /// <summary>Renews now, or joins a renewal that is under way.</summary>
    private async Task<SessionFailure?> RunRenewalAsync(RenewalCause cause, CancellationToken cancellationToken)
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
                StartRenewal(operation, cause);
            }

            var failure = await operation.WaitAsync(_options.AcquireTimeout, TimeProvider, cancellationToken).ConfigureAwait(false);
            if (!operation.IsLogout)
            {
                return failure;
            }
        }
    }

    private async Task RunAsync(SessionOperation operation, Func<Task<SessionOutcome>> work)
    {
        using var scope = _logger.IdentityScope(_identity.Name);
        SessionFailure? failure = null;
        Exception? unexpected = null;
        Session? session = null;
        TaskCompletionSource? replaced = null;
        try
        {
            var outcome = await work().ConfigureAwait(false);
            lock (_gate)
            {
                _operation = null;
                session = Apply(outcome, out replaced);
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

        if (session is not null)
        {
            _logger.OperationSucceeded(operation, session);
        }
        else
        {
            _logger.OperationFailed(operation, failure!, _active is not null, unexpected);
        }

        operation.Complete(failure);
        replaced?.SetResult();
        ContinueSynchronization();
    }

    /// <summary>Takes over what an operation or a look at the store came to, unless something newer is here meanwhile.</summary>
    /// <param name="outcome">What it came to.</param>
    /// <param name="replaced">To be completed outside the lock: another session has taken the place of the present one.</param>
    /// <returns>The session that is the present one now.</returns>
    private Session Apply(SessionOutcome outcome, out TaskCompletionSource? replaced)
    {
        replaced = null;
        if (outcome.Session.Generation >= (_current?.Generation ?? 0))
        {
            if (!ReferenceEquals(outcome.Session, _current))
            {
                Install(outcome.Session);
                (replaced, _nextSession) = (_nextSession, new TaskCompletionSource());
            }

            _isShared = outcome.IsShared && _renewer.CanShare;
            _storeProblem = outcome.StoreProblem;
        }

        return _current!;
    }

    private void Install(Session session)
    {
        if (_active is not null)
        {
            _deaths.Forget();
        }

        _current = session;
        _installedAt = TimeProvider.GetTimestamp();
        _failure = null;
        _foundDeadAt = null;
        _jitter = _runtime.Random();
        _active = Activate(session);
        SetTimer();
    }

    private SessionFailure Fail(SxtAuthenticationException cause)
    {
        var count = (_failure?.Count ?? 0) + 1;
        var delay = cause is PostponedException { RetryAfter: { } remaining } postponed
            ? remaining + (Turn * (postponed.IsOwn ? 1 : 0.1 * _runtime.Random()))
            : Backoff.After(cause, count, _runtime.Random()) + (_renewer.CanShare ? Turn : TimeSpan.Zero);
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

        return new ActiveToken(session, token, ToTimestamp(session, session.UnusableFrom));
    }

    /// <summary>When an instant of a session comes, on the monotonic clock.</summary>
    /// <remarks>
    /// As long as no answer has told the gateway's time, a session that was adopted counts as new: usable and not due,
    /// but not for longer than it was granted for.
    /// </remarks>
    private long ToTimestamp(Session session, DateTimeOffset instant) =>
        _clock.IsKnown ? _clock.ToTimestamp(instant) : _installedAt + ToTicks(instant - session.GrantedAt);

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
            _logger.RestartNeeded(IdentityName.Display(name));
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

        StartRenewal(operation, RenewalCause.Schedule);
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

        return _current is null ? null : ToTimestamp(_current, RenewalSchedule.RenewFrom(_current, _options, _jitter));
    }

    private SxtSessionState State()
    {
        if (_current is { IsTombstone: true })
        {
            return SxtSessionState.LoggedOut;
        }

        if (_active is { } active && active.IsUsableAt(TimeProvider.GetTimestamp()))
        {
            return _failure is null && _deaths.Explanation is null && _storeProblem is null ? SxtSessionState.Active : SxtSessionState.Degraded;
        }

        if (_failure is not null)
        {
            return SxtSessionState.Unavailable;
        }

        return _current is null ? SxtSessionState.NotStarted : SxtSessionState.Degraded;
    }

    private long ToTicks(TimeSpan delay) => (long)(delay.TotalSeconds * TimeProvider.TimestampFrequency);
}
