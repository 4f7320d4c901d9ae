using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// Finds out why an API answered 401 to a token: because the token was replaced, because it is dead, or for a reason
/// of its own. One inquiry per token serves all requests that ask, and its verdict holds for a while, so an endpoint
/// that always answers 401 costs one gateway call now and then, and no login.
/// </summary>
internal sealed class TokenInquiry(SessionManager sessions, GatewayClient gateway, Runtime runtime, ILogger logger)
{
    private static readonly TimeSpan GoodVerdictHolds = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoodVerdictHoldsAtLeast = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoVerdictHolds = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Inquiry? _latest;

    /// <summary>Looks for a token to send instead of one that was answered by 401, for as long as a request waits for a token.</summary>
    /// <param name="rejected">The token that was sent.</param>
    /// <param name="canReplay">Whether the request can be sent again; only then it counts as one that needs a new session.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token; <see langword="null"/>: there is none, and the 401 is the answer.</returns>
    public async ValueTask<ActiveToken?> FindSuccessorAsync(
        ActiveToken rejected, bool canReplay, CancellationToken cancellationToken)
    {
        if (sessions.Successor(rejected) is { } successor)
        {
            return successor;
        }

        using var limit = new CancellationTokenSource(sessions.Options.AcquireTimeout, runtime.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // At a strict gateway a refresh under way has killed the old token before the new one is here.
            await sessions.WaitForOperationAsync(either.Token).ConfigureAwait(false);
            await JoinInquiryAsync(rejected.Session, either.Token).ConfigureAwait(false);
            if (canReplay && !sessions.IsInUse(rejected.Session))
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

        return sessions.Successor(rejected);
    }

    /// <summary>Waits until the gateway has said what became of a session, or another one is here.</summary>
    private async Task JoinInquiryAsync(Session session, CancellationToken cancellationToken)
    {
        var next = sessions.NextSession;
        if (!sessions.IsInUse(session))
        {
            return;
        }

        Inquiry inquiry;
        bool isNew;
        lock (_gate)
        {
            isNew = _latest?.Holds(session, runtime.TimeProvider.GetTimestamp()) is not true;
            inquiry = isNew ? _latest = new Inquiry(session) : _latest!;
        }

        if (isNew)
        {
            runtime.StartDetached(() => InquireAsync(inquiry));
        }

        await Task.WhenAny(inquiry.Done, next).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task InquireAsync(Inquiry inquiry)
    {
        var holds = NoVerdictHolds;
        try
        {
            switch (await AskAsync(inquiry.Session).ConfigureAwait(false))
            {
                case true:
                    holds = HowLongItStaysGood(inquiry.Session);
                    logger.UnauthorizedIsTheApis();
                    break;
                case false:
                    await sessions.ReplaceDeadAsync(inquiry.Session).ConfigureAwait(false);
                    break;
            }
        }
        catch (Exception exception)
        {
            // The 401 stays the answer, the token stays in use, and the next 401 after a few seconds asks again.
            logger.NoVerdict(exception);
        }
        finally
        {
            inquiry.Complete(runtime.TimeProvider.GetTimestamp() + (long)(holds.TotalSeconds * runtime.TimeProvider.TimestampFrequency));
        }
    }

    /// <summary>
    /// Not into the time when another instance may refresh the session, which ends its token at a strict gateway; then
    /// just long enough for an endpoint that always answers 401 not to ask the gateway with each request.
    /// </summary>
    private TimeSpan HowLongItStaysGood(Session session)
    {
        var untilRenewal = sessions.UntilRenewal(session) - GoodVerdictHoldsAtLeast;
        return untilRenewal >= GoodVerdictHolds ? GoodVerdictHolds
            : untilRenewal > GoodVerdictHoldsAtLeast ? untilRenewal
            : GoodVerdictHoldsAtLeast;
    }

    /// <summary>
    /// Asks the gateway whether a session is alive; again and again while there is no answer, as long as requests wait
    /// for it: the token may have died in a refresh whose answer is late as well, so that a new session is on its way.
    /// </summary>
    /// <returns><see langword="null"/>: the session is not in use any more.</returns>
    private async Task<bool?> AskAsync(Session session)
    {
        var startedAt = runtime.TimeProvider.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            var next = sessions.NextSession;
            await sessions.SynchronizeAsync().ConfigureAwait(false);
            if (!sessions.IsInUse(session))
            {
                return null;
            }

            try
            {
                return await gateway.IsValidAsync(
                    session.AccessToken!.GetValue(), sessions.Options.GatewayTimeout, CancellationToken.None).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure) when (failure is { Reason: SxtFailureReason.GatewayUnreachable, RetryAfter: null })
            {
                var delay = Backoff.After(failure, failures, runtime.Random());
                if (runtime.TimeProvider.GetElapsedTime(startedAt) + delay >= sessions.Options.AcquireTimeout)
                {
                    throw;
                }

                await runtime.WaitAsync(next, delay, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private sealed class Inquiry(Session session)
    {
        private readonly TaskCompletionSource _done = new();
        private long _holdsUntil = long.MaxValue;

        public Session Session { get; } = session;

        public Task Done => _done.Task;

        public bool Holds(Session session, long timestamp) =>
            ReferenceEquals(session, Session) && timestamp < Volatile.Read(ref _holdsUntil);

        public void Complete(long holdsUntil)
        {
            Volatile.Write(ref _holdsUntil, holdsUntil);
            _done.SetResult();
        }
    }
}
