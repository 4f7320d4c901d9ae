using System.Diagnostics;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// One renewal or logout under way. It belongs to no caller: each one that waits for it applies its own token and
/// limit, and giving up ends only the waiting.
/// </summary>
internal sealed class SessionOperation(bool isLogout, string cause, SessionContext context)
{
    private readonly TaskCompletionSource<SessionFailure?> _end = new(context.Runtime.Completions);

    public bool IsLogout { get; } = isLogout;

    /// <summary>Its trace, which is no request's; <see langword="null"/> while nobody listens.</summary>
    public Activity? Trace { get; private set; }

    /// <summary>One that does nothing: the app stops.</summary>
    public static SessionOperation Ended(SessionContext context)
    {
        var operation = new SessionOperation(isLogout: false, RenewalCause.Schedule.Word(), context);
        operation.End(null);
        return operation;
    }

    /// <summary>Waits for the end.</summary>
    /// <param name="isForLogout">Whether a logout waits, which may be this operation or come after it.</param>
    /// <param name="limit">For how long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The failure, or <see langword="null"/> after a success.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.TimedOut"/>.</exception>
    public Task<SessionFailure?> WaitAsync(bool isForLogout, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitAsync(_end.Task, isForLogout, limit, cancellationToken);

    /// <summary>Waits for the end, or for another session: that one is used already while it is still being published.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.TimedOut"/>.</exception>
    public Task WaitForSessionAsync(Task next, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitAsync(Task.WhenAny(_end.Task, next), isForLogout: false, limit, cancellationToken);

    /// <summary>Waits for the end, whatever that is, for a time.</summary>
    public async Task<bool> HasEndedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await WaitAsync(IsLogout, limit, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception unfinished) when (unfinished is SxtAuthenticationException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> end, bool isForLogout, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await end.WaitAsync(limit, context.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var seconds = $"{limit.TotalSeconds:0.###} s (AcquireTimeout)";
            throw new SxtAuthenticationException(SxtFailureReason.TimedOut, (isForLogout, IsLogout) switch
            {
                (true, true) => $"The logout has not ended within {seconds}; it goes on.",
                (true, false) => $"Nothing was logged out: a renewal has been under way for {seconds}, and the logout comes after it.",
                (false, true) => $"No access token within {seconds}; the logout that was waited for goes on.",
                (false, false) => $"No access token within {seconds}; the login that was waited for goes on.",
            });
        }
    }

    /// <summary>Begins the work, detached from whoever wanted it.</summary>
    public void Begin(Func<Task> work)
    {
        Trace = SxtTraces.StartRoot(IsLogout ? "sxt logout" : "sxt renewal", context.Identity.Name, cause);
        context.Runtime.StartDetached(work);
    }

    /// <summary>Has what follows in an async method belong to the operation: to its trace, and to its identity in the log.</summary>
    public IDisposable? Enter()
    {
        Trace.Enter();
        return context.Logger.IdentityScope(context.Identity.Name);
    }

    /// <summary>Counts and traces what it has come to. What the gateway answered is counted where it is asked.</summary>
    public RenewalOutcome Report(RenewalOutcome outcome, Exception? unexpected)
    {
        var word = outcome switch
        {
            RenewalOutcome.Adopted => Words.Adopted,
            RenewalOutcome.Granted => Words.Granted,
            RenewalOutcome.Postponed => Words.Postponed,
            RenewalOutcome.AwaitsStore => Words.AwaitsStore,
            _ => Words.Failed,
        };
        Trace?.SetTag(Words.Outcome, word);
        if (outcome is RenewalOutcome.Failed failed)
        {
            Trace.Fail(failed.Cause.Reason.ToString());
        }

        if (!IsLogout && (outcome is not (RenewalOutcome.Granted or RenewalOutcome.Failed) || unexpected is not null))
        {
            context.Metrics.Renewals.Count(Words.NoCall, word, cause);
        }

        return outcome;
    }

    public void End(SessionFailure? failure)
    {
        Trace.End();
        _end.SetResult(failure);
    }
}
