using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// Decides when the session is renewed, and that it happens once at a time; what a renewal does is the renewer's.
/// Requests read one volatile field. Everything else happens under a lock that is held for a few assignments, with
/// all work, waiting and completing of waiters outside it.
/// </summary>
internal sealed partial class SessionManager : ISxtSession, IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly SessionIdentity _identity;
    private readonly SessionRenewer _renewer;
    private readonly GatewayClock _clock;
    private readonly Runtime _runtime;
    private readonly ILogger _logger;
    private readonly SessionDeaths _deaths;
    private readonly SessionNotices _notices;
    private readonly ITimer _timer;
    private readonly ITimer _pollTimer;
    private readonly IDisposable? _optionsChanges;

    private volatile SxtOptions _options;
    private volatile ActiveToken? _active;
    private Session? _current;
    private long _installedAt;
    private double _jitter;
    private SessionOperation? _operation;
    private SessionFailure? _failure;
    private bool _isShared;
    private string? _storeProblem;
    private Synchronization _synchronization;
    private bool _isStopping;

    public SessionManager(
        SessionIdentity identity,
        IOptionsMonitor<SxtOptions> options,
        SessionRenewer renewer,
        SessionDeaths deaths,
        SessionNotices notices,
        GatewayClock clock,
        Runtime runtime,
        ILogger logger)
    {
        _identity = identity;
        _renewer = renewer;
        _clock = clock;
        _runtime = runtime;
        _logger = logger;
        _deaths = deaths;
        _notices = notices;
        _options = options.Get(identity.Name);
        _jitter = runtime.Random();
        _timer = runtime.CreateTimer(OnTimer);
        _pollTimer = runtime.CreateTimer(OnPoll);
        SetPollTimer();
        _notices.Received += RequestSynchronization;
        _clock.Changed += OnScheduleChanged;
        _optionsChanges = options.OnChange(OnOptionsChanged);
    }

    public TimeProvider TimeProvider => _runtime.TimeProvider;

    public SxtOptions Options => _options;

    public SxtSessionStatus Status
    {
        get
        {
            lock (_gate)
            {
                var session = _current is { IsTombstone: false } ? _current : null;
                return new SxtSessionStatus
                {
                    State = State(),
                    Mode = !_isShared ? SxtSessionMode.Private : _current?.RefreshToken is null ? SxtSessionMode.Shared : SxtSessionMode.Owner,
                    UserId = _identity.UserId,
                    Generation = _current?.Generation ?? 0,
                    AccessTokenExpiresAt = session?.UnusableFrom,
                    SessionEndsAt = session?.EndsAt,
                    RenewalDueAt = session is null ? null : RenewalSchedule.RenewFrom(session, _options, _jitter),
                    GatewayClockOffset = _clock.OffsetFromLocalClock,
                    FailureReason = _failure?.Cause.Reason,
                    FailureMessage = _failure?.Cause.Message ?? _deaths.Explanation ?? _storeProblem,
                    Failures = _failure?.Count ?? 0,
                };
            }
        }
    }

    public async Task RenewAsync(CancellationToken cancellationToken = default)
    {
        var failure = await RunRenewalAsync(RenewalCause.Command, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            throw failure.ToException(TimeProvider.GetElapsedTime(TimeProvider.GetTimestamp(), failure.RetryAt));
        }
    }

    public async Task LogoutAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            SessionOperation operation;
            bool isNew;
            lock (_gate)
            {
                (operation, isNew) = JoinOrCreate(isLogout: true);
            }

            if (isNew)
            {
                _runtime.StartDetached(() => RunAsync(
                    operation, () => _renewer.LogoutAsync(_current, _options, CancellationToken.None)));
            }

            var failure = await operation.WaitAsync(_options.AcquireTimeout, TimeProvider, cancellationToken).ConfigureAwait(false);
            if (operation.IsLogout)
            {
                if (failure is not null)
                {
                    throw failure.ToException(TimeSpan.Zero);
                }

                return;
            }
        }
    }

    /// <summary>Logs in while the app starts, unless the session was logged out or is there already.</summary>
    public void StartInBackground()
    {
        SessionOperation operation;
        bool isNew;
        lock (_gate)
        {
            if (_current is not null)
            {
                return;
            }

            (operation, isNew) = JoinOrCreate();
        }

        if (isNew)
        {
            StartRenewal(operation, RenewalCause.Schedule);
        }
    }

    /// <summary>Stops renewing; a renewal under way is finished and stored. Nothing is logged out.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        SessionOperation? operation;
        lock (_gate)
        {
            _isStopping = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _pollTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            operation = _operation;
        }

        _ending.Cancel();
        if (operation is not null)
        {
            await operation.WaitAsync(_options.AcquireTimeout, TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
        }

        _ending.Cancel();
        _clock.Changed -= OnScheduleChanged;
        _notices.Received -= RequestSynchronization;
        _optionsChanges?.Dispose();
        _timer.Dispose();
        _pollTimer.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException failure)
        {
            _logger.StoppedEarly(failure.Message);
        }

        Dispose();
    }
}
