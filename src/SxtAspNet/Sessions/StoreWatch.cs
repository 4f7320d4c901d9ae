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
    private string _source = Words.Poll;
    private volatile bool _isStopped;

    public StoreWatch(SessionContext context, CurrentSession current, SessionStore store, SharedSession shared, SessionNotices notices)
    {
        (_context, _current, _store, _shared, _notices) = (context, current, store, shared, notices);
        _timer = context.Runtime.CreateTimer(OnPoll);
        _notices.Received += OnNotice;
        SetTimer();
    }

    /// <summary>Has the store checked in the background, after the check that is under way: that one may have begun too early.</summary>
    public void Request() => Request(Words.Poll);

    private void Request(string source)
    {
        lock (_gate)
        {
            _source = source;
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
    /// <param name="source">What for, for metrics.</param>
    public async Task CheckAsync(string source = Words.Inquiry)
    {
        _notices.Subscribe();
        var hadProblem = _current.Snapshot.StoreProblem is not null;
        var stored = await _store.ReadAsync().ConfigureAwait(false);
        var problem = stored.Problem ?? await CompareAsync(stored, source).ConfigureAwait(false);
        _current.SetStoreProblem(problem);
        if (problem is null && hadProblem)
        {
            _context.Logger.StoreAvailable();
        }
        else if (problem is not null && !hadProblem && !_isStopped)
        {
            _context.Logger.StoreUnavailable(problem);
        }
    }

    /// <returns>What is wrong with the store, if anything.</returns>
    private async Task<string?> CompareAsync(StoredSession stored, string source)
    {
        var snapshot = _current.Snapshot;
        if (SharedSession.IsNewer(stored.Session, snapshot.Session)
            && (stored.Session.IsTombstone || await _shared.IsUsableAsync(stored.Session).ConfigureAwait(false)))
        {
            _shared.Adopt(stored.Session, source);
            _current.Offer(stored.Session, isShared: true, storeProblem: null);
        }
        else if (snapshot.Session is { } mine && SharedSession.IsSame(stored.Session, mine))
        {
            // After a problem a read is not enough: a store may answer, and refuse all writes.
            var problem = snapshot.StoreProblem is null ? null : await _store.ProveWritesAsync(stored).ConfigureAwait(false);
            _current.Offer(mine, isShared: true, problem);
            return problem;
        }
        else if (_current.Usable is { } usable && usable.Session == snapshot.Session
            && (_context.Clock.IsKnown || usable.Session.IsGrantedHere))
        {
            // Without knowing the time, an expired session of somebody else's would be put back for ever.
            var outcome = await _shared.PublishAsync(stored, usable.Session).ConfigureAwait(false);
            _current.Offer(outcome);
            return (outcome as RenewalOutcome.Granted)?.StoreProblem;
        }

        return null;
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
        _notices.Received -= OnNotice;
        _timer.Dispose();
    }

    private void OnNotice() => Request(Words.Notice);

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
        try
        {
            using var scope = _context.Logger.IdentityScope(_context.Identity.Name);
            try
            {
                await CheckAsync(_source).ConfigureAwait(false);
            }
            catch (Exception failure) when (!_isStopped && !_context.Stopping.IsCancellationRequested)
            {
                // A poll comes again; what it must not do is end the process.
                _context.Logger.StoreCheckFailed(failure);
            }
        }
        catch (Exception)
        {
            // The app ends, and what a check needs ends with it.
        }
        finally
        {
            bool isWanted;
            lock (_gate)
            {
                (isWanted, _isChecking, _isWanted) = (_isWanted, false, false);
            }

            if (isWanted)
            {
                Request(_source);
            }
        }
    }
}
