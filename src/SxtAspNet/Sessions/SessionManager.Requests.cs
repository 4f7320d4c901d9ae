using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>What requests ask for: a token, and another one in place of a token that does not work any more.</summary>
internal sealed partial class SessionManager
{
    // Completions run inline (a simulation depends on it), so it is completed outside all locks.
    private volatile TaskCompletionSource _nextSession = new();
    private long? _foundDeadAt;

    /// <summary>The token that requests use; check its deadline.</summary>
    public ActiveToken? Active => _active;

    /// <summary>Ends when another session takes the place of the present one. Get it before looking at the present one.</summary>
    public Task NextSession => _nextSession.Task;

    public ValueTask<SxtAccessToken> GetAccessTokenAsync(CancellationToken cancellationToken = default) =>
        _active is { } active && active.IsUsableAt(TimeProvider.GetTimestamp())
            ? new(active.Token)
            : AcquireTokenAsync(cancellationToken);

    /// <summary>A usable token, after a login if need be.</summary>
    /// <exception cref="SxtAuthenticationException">None can be had, or not in time.</exception>
    public async ValueTask<ActiveToken> AcquireAsync(CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.GetTimestamp();
        while (true)
        {
            var next = NextSession;
            SessionOperation? operation = null;
            SessionFailure? failure;
            var isNew = false;
            lock (_gate)
            {
                var now = TimeProvider.GetTimestamp();
                if (_active is { } active && active.IsUsableAt(now))
                {
                    return active;
                }

                failure = _operation is null && now < _failure?.RetryAt ? _failure : null;
                if (failure is null)
                {
                    (operation, isNew) = JoinOrCreate();
                }
            }

            if (isNew)
            {
                StartRenewal(operation!, RenewalCause.Request);
            }

            if (operation is not null)
            {
                failure = await operation.WaitAsync(Remaining(startedAt), TimeProvider, cancellationToken).ConfigureAwait(false);
            }

            // A logout's failure is no answer to a request for a token.
            if (failure is not null && operation?.IsLogout is not true)
            {
                await WaitForNextAttemptAsync(failure, next, Remaining(startedAt), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The token that has taken the place of <paramref name="sent"/>, if there is one.</summary>
    public ActiveToken? Successor(ActiveToken sent) =>
        _active is { } active && !ReferenceEquals(active.Session, sent.Session) && active.IsUsableAt(TimeProvider.GetTimestamp())
            ? active
            : null;

    /// <summary>Whether requests use this session: it was neither replaced, nor found dead, nor logged out.</summary>
    public bool IsInUse(Session session) => ReferenceEquals(_active?.Session, session);

    /// <summary>How long it is until some instance may renew this session; negative once it may.</summary>
    public TimeSpan UntilRenewal(Session session)
    {
        lock (_gate)
        {
            return TimeProvider.GetElapsedTime(
                TimeProvider.GetTimestamp(), ToTimestamp(session, RenewalSchedule.EarliestRenewal(session, _options)));
        }
    }

    /// <summary>Waits for the renewal or logout that is under way, if any.</summary>
    public async Task WaitForOperationAsync(CancellationToken cancellationToken)
    {
        SessionOperation? operation;
        lock (_gate)
        {
            operation = _operation;
        }

        if (operation is not null)
        {
            await operation.WaitAsync(_options.AcquireTimeout, TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The gateway says that a session is dead: it is neither used nor refreshed any more, and another one is adopted
    /// or logged in for.
    /// </summary>
    public async Task ReplaceDeadAsync(Session dead)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, dead))
            {
                return;
            }

            _active = null;
            _foundDeadAt ??= TimeProvider.GetTimestamp();
            dead.RefreshToken?.TrySpend(out _);
        }

        _logger.SessionFoundDead(dead.Generation);
        await RunRenewalAsync(RenewalCause.Death, CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask<SxtAccessToken> AcquireTokenAsync(CancellationToken cancellationToken) =>
        (await AcquireAsync(cancellationToken).ConfigureAwait(false)).Token;

    /// <summary>
    /// A session that died before its time was in use a moment ago, so the gateway's silence may be as short: requests
    /// wait for another attempt, of this instance or of another one, rather than fail with the last.
    /// </summary>
    /// <exception cref="SxtAuthenticationException">The last attempt's failure: there is no other in time.</exception>
    private async Task WaitForNextAttemptAsync(SessionFailure last, Task next, TimeSpan limit, CancellationToken cancellationToken)
    {
        var delay = TimeProvider.GetElapsedTime(TimeProvider.GetTimestamp(), last.RetryAt);
        if (delay > limit || !HasJustDied() || last.Cause.Reason is not (SxtFailureReason.GatewayUnreachable or SxtFailureReason.TimedOut))
        {
            throw last.ToException(delay);
        }

        await _runtime.WaitAsync(next, delay, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the session was found dead no longer ago than a request waits. After that, requests fail at once.</summary>
    private bool HasJustDied()
    {
        lock (_gate)
        {
            return _foundDeadAt is { } foundDeadAt && TimeProvider.GetElapsedTime(foundDeadAt) < _options.AcquireTimeout;
        }
    }

    private TimeSpan Remaining(long startedAt)
    {
        var remaining = _options.AcquireTimeout - TimeProvider.GetElapsedTime(startedAt);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
