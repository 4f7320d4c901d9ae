using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// Keeps the current session up with the farm: at notices, and at polls, since a notice may be lost. It adopts what is newer
/// in the store, and publishes what is newer here.
/// </summary>
internal sealed class StoreWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SessionIdentity _identity;
    private readonly SessionSettings _settings;
    private readonly CurrentSession _current;
    private readonly SessionStore _store;
    private readonly SharedSession _shared;
    private readonly SessionNotices _notices;
    private readonly GatewayClock _clock;
    private readonly Runtime _runtime;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private bool _isChecking;
    private bool _isWanted;

    public StoreWatch(
        SessionIdentity identity,
        SessionSettings settings,
        CurrentSession current,
        SessionStore store,
        SharedSession shared,
        SessionNotices notices,
        GatewayClock clock,
        Runtime runtime,
        ILogger logger)
    {
        _identity = identity;
        _settings = settings;
        _current = current;
        _store = store;
        _shared = shared;
        _notices = notices;
        _clock = clock;
        _runtime = runtime;
        _logger = logger;
        _timer = runtime.CreateTimer(OnPoll);
        _notices.Received += Request;
        SetTimer();
    }

    /// <summary>Has the store checked in the background, after the check that is under way: that one may have begun too early.</summary>
    public void Request()
    {
        lock (_gate)
        {
            if (!_store.IsShared || _stopping.IsCancellationRequested)
            {
                return;
            }

            if (_isChecking)
            {
                _isWanted = true;
                return;
            }

            _isChecking = true;
        }

        _runtime.StartDetached(RunAsync);
    }

    /// <summary>Compares the present session with the store: adopts a newer one, publishes a higher one.</summary>
    public async Task CheckAsync()
    {
        var options = _settings.Current;
        _notices.Subscribe(options, _stopping.Token);
        var stored = await _store.ReadAsync(options, _stopping.Token).ConfigureAwait(false);
        if (stored.Problem is not null)
        {
            if (!_current.SetStoreProblem(stored.Problem))
            {
                _logger.StoreUnavailable(stored.Problem);
            }

            return;
        }

        if (_current.SetStoreProblem(null))
        {
            _logger.StoreAvailable();
        }

        var snapshot = _current.Snapshot;
        if (SharedSession.IsNewer(stored.Session, snapshot.Session))
        {
            if (stored.Session.IsTombstone || await _shared.IsUsableAsync(stored.Session, options, _stopping.Token).ConfigureAwait(false))
            {
                _shared.Adopt(stored.Session);
                _current.Offer(stored.Session, isShared: true, storeProblem: null);
                return;
            }
        }

        if (snapshot.Session is not { } mine)
        {
            return;
        }

        if (stored.Session?.Generation == mine.Generation)
        {
            _current.Offer(mine, isShared: true, storeProblem: null);
        }
        else if (_current.Usable?.Session == mine && (_clock.IsKnown || mine.RefreshToken is not null))
        {
            // Without knowing the time, an expired session of somebody else's would be put back for ever.
            _current.Offer(await _shared.PublishAsync(stored, mine, options, _stopping.Token).ConfigureAwait(false));
        }
    }

    /// <summary>Checks no more; a check under way ends.</summary>
    public void Stop()
    {
        _stopping.Cancel();
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _notices.Received -= Request;
        _timer.Dispose();
    }

    private void OnPoll()
    {
        SetTimer();
        Request();
    }

    private void SetTimer()
    {
        if (_store.IsShared && !_stopping.IsCancellationRequested)
        {
            _timer.Change(_settings.Current.StorePollInterval * (0.9 + (0.2 * _runtime.Random())), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync()
    {
        using var scope = _logger.IdentityScope(_identity.Name);
        try
        {
            await CheckAsync().ConfigureAwait(false);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The app ends, and what a check needs ends with it: connection, keys. That is no outage to report.
        }
        catch (Exception failure)
        {
            // A poll comes again; what it must not do is end the process, or all polls after it.
            _logger.StoreCheckFailed(failure);
        }

        bool isWanted;
        lock (_gate)
        {
            (isWanted, _isChecking, _isWanted) = (_isWanted, false, false);
        }

        if (isWanted)
        {
            Request();
        }
    }
}
