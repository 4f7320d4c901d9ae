using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>
/// Finds out why an API answered 401 to a token: because the token was replaced, because it is dead, or for a reason
/// of its own. One inquiry per token serves all requests that ask, and its verdict holds for a while, so an endpoint
/// that always answers 401 costs one gateway call now and then, and no login.
/// </summary>
internal sealed class RejectedTokens(
    SessionContext context, SessionManager sessions, CurrentSession current, SessionRenewals renewals, StoreWatch watch, GatewayClient gateway)
{
    private readonly Lock _gate = new();
    private readonly VerdictTrust _trust = new(context, current);
    private Inquiry? _latest;

    /// <summary>Looks for a token to send instead of one that was answered by 401, for as long as a request waits for a token.</summary>
    /// <param name="rejected">The token that was sent.</param>
    /// <param name="canReplay">
    /// Whether the request can be sent again. One that can't has nothing to wait for; what is found out serves the next.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token; <see langword="null"/>: there is none, and the 401 is the answer.</returns>
    public async ValueTask<ActiveToken?> AcquireSuccessorAsync(
        ActiveToken rejected, bool canReplay, CancellationToken cancellationToken)
    {
        var successor = await SearchAsync(rejected, canReplay, cancellationToken).ConfigureAwait(false);
        var latest = Volatile.Read(ref _latest);
        context.Metrics.AnsweredUnauthorized(
            successor is not null || !current.IsInUse(rejected.Session) ? Words.DeadToken
            : latest?.Session == rejected.Session && latest.IsGood ? Words.Api
            : Words.Unknown);
        return successor;
    }

    private async ValueTask<ActiveToken?> SearchAsync(ActiveToken rejected, bool canReplay, CancellationToken cancellationToken)
    {
        var replaced = current.Next;
        if (current.Successor(rejected) is { } successor)
        {
            return successor;
        }

        if (!canReplay)
        {
            _ = Join(rejected.Session);
            return current.Successor(rejected);
        }

        using var limit = new CancellationTokenSource(context.Options.AcquireTimeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // At a strict gateway a refresh under way has killed the old token before the new one is here. After a failed
            // attempt the gateway is in trouble, and a further attempt may take long: what the inquiry finds out decides then.
            if (renewals is { Failure: null, Running: { } running })
            {
                running.Trace.LinkRequest();
                await running.WaitForSessionAsync(replaced, context.Options.AcquireTimeout, either.Token).ConfigureAwait(false);
            }

            var next = current.Next;
            if (Join(rejected.Session) is { } inquiry)
            {
                await Task.WhenAny(inquiry, next).WaitAsync(either.Token).ConfigureAwait(false);
            }

            if (!current.IsInUse(rejected.Session))
            {
                return await sessions.AcquireAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (SxtAuthenticationException)
        {
            // There is no new session; the log has what failed.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nor is there one in time; what was waited for goes on.
        }

        return current.Successor(rejected);
    }

    /// <summary>Starts the inquiry about a session, or joins it.</summary>
    /// <returns>Its end; <see langword="null"/>: it is nothing to wait for.</returns>
    private Task? Join(Session session)
    {
        if (!current.IsInUse(session))
        {
            return null;
        }

        Inquiry inquiry;
        bool isNew;
        lock (_gate)
        {
            isNew = _latest?.Holds(session, context.Time.GetTimestamp()) is not true;
            inquiry = isNew ? _latest = new Inquiry(session, context.Runtime) : _latest!;
        }

        if (isNew)
        {
            context.Runtime.StartDetached(() => InquireAsync(inquiry));
        }

        return inquiry.Done;
    }

    /// <summary>Asks until there is a verdict. Requests wait for the first answer only: while there is none, the 401 stays theirs.</summary>
    private async Task InquireAsync(Inquiry inquiry)
    {
        var holds = TimeSpan.Zero;
        try
        {
            for (var failures = 1; ; failures++)
            {
                try
                {
                    holds = await JudgeAsync(inquiry.Session).ConfigureAwait(false);
                    inquiry.IsGood = holds > TimeSpan.Zero;
                    return;
                }
                catch (SxtAuthenticationException failure)
                {
                    inquiry.Answer();
                    context.Logger.NoVerdict(failure);
                    var delay = RetryPolicy.AfterNoVerdict(failure, failures);
                    await context.Runtime.WaitAsync(current.Next, delay, context.Stopping).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The app stops.
        }
        catch (Exception exception)
        {
            context.Logger.InquiryFailed(exception);
        }
        finally
        {
            inquiry.End(context.Time.After(holds));
        }
    }

    /// <summary>Asks the gateway, and does what follows from its answer.</summary>
    /// <returns>For how long the gateway is not asked again about the session.</returns>
    private async Task<TimeSpan> JudgeAsync(Session session)
    {
        switch (await AskAsync(session).ConfigureAwait(false))
        {
            case true:
                _trust.Clear(session);
                context.Logger.UnauthorizedIsTheApis();
                return RetryPolicy.GoodVerdict(UntilRenewal(session));
            case false:
                return await CondemnAsync(session).ConfigureAwait(false);
            default:
                return TimeSpan.Zero;
        }
    }

    /// <summary>The gateway says that a session is dead. If that is to be believed, another one takes its place.</summary>
    /// <returns>For how long the gateway is not asked again about it.</returns>
    private async Task<TimeSpan> CondemnAsync(Session session)
    {
        if (!await _trust.IsDeadAsync(session).ConfigureAwait(false))
        {
            return RetryPolicy.GoodVerdict(UntilRenewal(session));
        }

        if (current.End(session))
        {
            context.Logger.SessionFoundDead(session.Generation);
            var operation = renewals.Join(RenewalCause.Request, current.Snapshot);
            await operation.HasEndedAsync(context.Options.AcquireTimeout, context.Stopping).ConfigureAwait(false);
        }

        return TimeSpan.Zero;
    }

    /// <summary>
    /// Asks the gateway whether a session is alive; again and again while there is no answer, as long as requests wait
    /// for it: the token may have died in a refresh whose answer is late as well, so that a new session is on its way.
    /// </summary>
    /// <returns><see langword="null"/>: the session is not in use any more.</returns>
    private async Task<bool?> AskAsync(Session session)
    {
        var startedAt = context.Time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            var next = current.Next;
            await watch.CheckAsync().ConfigureAwait(false);
            if (!current.IsInUse(session))
            {
                return null;
            }

            try
            {
                return await gateway.IsValidAsync(
                    session.AccessToken!.GetValue(), context.Options.GatewayTimeout, context.Stopping).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure) when (failure is { Reason: SxtFailureReason.GatewayUnreachable, RetryAfter: null })
            {
                var delay = RetryPolicy.AfterInquiry(failures, context.Runtime.Random());
                if (context.Time.GetElapsedTime(startedAt) + delay >= context.Options.AcquireTimeout)
                {
                    throw;
                }

                await context.Runtime.WaitAsync(next, delay, context.Stopping).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan UntilRenewal(Session session) =>
        context.Time.Until(current.ToTimestamp(current.Snapshot, RenewalSchedule.EarliestRenewal(session, context.Options)));

    private sealed class Inquiry(Session session, Runtime runtime)
    {
        private readonly TaskCompletionSource _done = new(runtime.Completions);
        private long _holdsUntil = long.MaxValue;
        private volatile bool _isGood;

        public Task Done => _done.Task;

        public bool Holds(Session other, long timestamp) =>
            ReferenceEquals(other, session) && timestamp < Volatile.Read(ref _holdsUntil);

        public Session Session => session;

        /// <summary>Whether the token is good, so that the 401 was the API's own.</summary>
        public bool IsGood
        {
            get => _isGood;
            set => _isGood = value;
        }

        /// <summary>Lets those go on who wait.</summary>
        public void Answer() => _done.TrySetResult();

        public void End(long holdsUntil)
        {
            Volatile.Write(ref _holdsUntil, holdsUntil);
            Answer();
        }
    }
}
