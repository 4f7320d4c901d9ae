using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// Keeps the current session up with the farm: at notices, and at polls, since a notice may be lost. It adopts what is newer
/// in the store, and publishes what is newer here.
/// </summary>
internal sealed class StoreWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SessionContext _context;
    private readonly CurrentSession _current;
    private readonly SessionStore _store;
    private readonly SharedSession _shared;
    private readonly SessionNotices _notices;
    private readonly ITimer _timer;
    private bool _isChecking;
    private bool _isWanted;
    private volatile bool _isStopped;

    public StoreWatch(SessionContext context, CurrentSession current, SessionStore store, SharedSession shared, SessionNotices notices)
    {
        (_context, _current, _store, _shared, _notices) = (context, current, store, shared, notices);
        _timer = context.Runtime.CreateTimer(OnPoll);
        _notices.Received += Request;
        SetTimer();
    }

    /// <summary>Has the store checked in the background, after the check that is under way: that one may have begun too early.</summary>
    public void Request()
    {
        lock (_gate)
        {
            if (!_store.IsShared || _isStopped)
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

        _context.Runtime.StartDetached(RunAsync);
    }

    /// <summary>Compares the present session with the store: adopts a newer one, publishes a higher one.</summary>
    public async Task CheckAsync()
    {
        _notices.Subscribe();
        var stored = await _store.ReadAsync().ConfigureAwait(false);
        if (stored.Problem is not null)
        {
            if (!_current.SetStoreProblem(stored.Problem) && !_isStopped)
            {
                _context.Logger.StoreUnavailable(stored.Problem);
            }

            return;
        }

        if (_current.SetStoreProblem(null))
        {
            _context.Logger.StoreAvailable();
        }

        var snapshot = _current.Snapshot;
        if (SharedSession.IsNewer(stored.Session, snapshot.Session))
        {
            if (stored.Session.IsTombstone || await _shared.IsUsableAsync(stored.Session).ConfigureAwait(false))
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
        else if (_current.Usable?.Session == mine && (_context.Clock.IsKnown || mine.RefreshToken is not null))
        {
            // Without knowing the time, an expired session of somebody else's would be put back for ever.
            _current.Offer(await _shared.PublishAsync(stored, mine).ConfigureAwait(false));
        }
    }

    /// <summary>Checks no more.</summary>
    public void Stop()
    {
        _isStopped = true;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _isStopped = true;
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
        if (_store.IsShared && !_isStopped)
        {
            _timer.Change(_context.Options.StorePollInterval * (0.9 + (0.2 * _context.Runtime.Random())), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RunAsync()
    {
        using var scope = _context.Logger.IdentityScope(_context.Identity.Name);
        try
        {
            await CheckAsync().ConfigureAwait(false);
        }
        catch (Exception) when (_isStopped)
        {
            // The app ends, and what a check needs ends with it: connection, keys. That is no outage to report.
        }
        catch (Exception failure)
        {
            // A poll comes again; what it must not do is end the process, or all polls after it.
            _context.Logger.StoreCheckFailed(failure);
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
