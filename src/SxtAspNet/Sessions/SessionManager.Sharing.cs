using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>How an instance keeps up with the others: by notices, and by polls, since a notice may be lost.</summary>
internal sealed partial class SessionManager
{
    /// <summary>Whether a look at the store is under way, and whether another is wanted after it.</summary>
    private enum Synchronization
    {
        None,
        Running,
        RunningAndWanted,
        Wanted,
    }

    /// <summary>Looks at the store now: adopts a newer session, or publishes the present one.</summary>
    public async Task SynchronizeAsync()
    {
        Session? current;
        lock (_gate)
        {
            current = _current;
        }

        try
        {
            var outcome = await _renewer.SynchronizeAsync(current, _options, _ending.Token).ConfigureAwait(false);
            bool isBack;
            TaskCompletionSource? replaced = null;
            lock (_gate)
            {
                isBack = _storeProblem is not null;
                _storeProblem = null;
                if (outcome is { } found)
                {
                    Apply(found, out replaced);
                }
            }

            replaced?.SetResult();

            if (isBack)
            {
                _logger.StoreAvailable();
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // The app ends, and what a look needs ends with it: connection, keys. That is no outage to report.
        }
        catch (StoreUnavailableException failure)
        {
            bool isNew;
            lock (_gate)
            {
                isNew = _storeProblem is null;
                _storeProblem = failure.Message;
            }

            if (isNew)
            {
                _logger.StoreUnavailable(failure.Message);
            }
        }
    }

    /// <summary>Looks at the store for the farm's session, which costs no gateway call.</summary>
    public void AdoptInBackground()
    {
        if (_renewer.CanShare)
        {
            RequestSynchronization();
        }
    }

    private void OnPoll()
    {
        SetPollTimer();
        RequestSynchronization();
    }

    private void SetPollTimer()
    {
        lock (_gate)
        {
            if (_renewer.CanShare && !_isStopping)
            {
                _pollTimer.Change(_options.StorePollInterval * (0.9 + (0.2 * _runtime.Random())), Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Looks at the store, after the look or the operation that is under way: that may have begun too early.</summary>
    private void RequestSynchronization()
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return;
            }

            if (_operation is not null || _synchronization is not Synchronization.None)
            {
                _synchronization = _synchronization is Synchronization.Running or Synchronization.RunningAndWanted
                    ? Synchronization.RunningAndWanted
                    : Synchronization.Wanted;
                return;
            }

            _synchronization = Synchronization.Running;
        }

        _runtime.StartDetached(RunSynchronizationAsync);
    }

    private async Task RunSynchronizationAsync()
    {
        using var scope = _logger.IdentityScope(_identity.Name);
        try
        {
            await SynchronizeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // A poll comes again; what it must not do is end the process, or all polls after it.
            _logger.SynchronizationFailed(failure);
        }

        lock (_gate)
        {
            _synchronization = _synchronization is Synchronization.RunningAndWanted ? Synchronization.Wanted : Synchronization.None;
        }

        ContinueSynchronization();
    }

    /// <summary>Starts the look that was wanted while something else was under way.</summary>
    private void ContinueSynchronization()
    {
        lock (_gate)
        {
            if (_synchronization is not Synchronization.Wanted || _operation is not null)
            {
                return;
            }

            _synchronization = Synchronization.None;
        }

        RequestSynchronization();
    }
}
