using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// Finds out why an API answered 401 to a token: because the token was replaced, because it is dead, or for a reason
/// of its own. One inquiry per token serves all requests that ask, and its verdict holds for a while, so an endpoint
/// that always answers 401 costs one gateway call, and no login.
/// </summary>
internal sealed class TokenInquiry(SessionManager sessions, GatewayClient gateway, SessionRuntime runtime, ILogger logger)
{
    private static readonly TimeSpan GoodVerdictHolds = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NoVerdictHolds = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Inquiry? _latest;

    /// <summary>Looks for a token to send instead of one that was answered by 401.</summary>
    /// <param name="rejected">The token that was sent.</param>
    /// <param name="canReplay">Whether the request can be sent again; only then it counts as the one that logs in after a logout.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token; <see langword="null"/>: there is none, and the 401 is the answer.</returns>
    public async ValueTask<ActiveToken?> FindSuccessorAsync(
        ActiveToken rejected, bool canReplay, CancellationToken cancellationToken)
    {
        if (sessions.Successor(rejected) is { } successor)
        {
            return successor;
        }

        try
        {
            // At a strict gateway a refresh under way has killed the old token before the new one is here.
            await sessions.WaitForOperationAsync(cancellationToken).ConfigureAwait(false);
            if (sessions.Successor(rejected) is null)
            {
                await JoinInquiryAsync(rejected, cancellationToken).ConfigureAwait(false);
            }

            if (canReplay && sessions.IsLoggedOut)
            {
                return await sessions.AcquireAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is TimeoutException or SxtAuthenticationException)
        {
            logger.NoVerdict(exception);
        }

        return sessions.Successor(rejected);
    }

    private async Task JoinInquiryAsync(ActiveToken rejected, CancellationToken cancellationToken)
    {
        Inquiry inquiry;
        bool isNew;
        lock (_gate)
        {
            isNew = _latest?.Holds(rejected.Session, runtime.TimeProvider.GetTimestamp()) is not true;
            inquiry = isNew ? _latest = new Inquiry(rejected.Session) : _latest!;
        }

        if (isNew)
        {
            runtime.StartDetached(() => InquireAsync(inquiry));
        }

        await inquiry.Done.WaitAsync(sessions.Options.AcquireTimeout, runtime.TimeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async Task InquireAsync(Inquiry inquiry)
    {
        var holds = NoVerdictHolds;
        try
        {
            await sessions.SynchronizeAsync().ConfigureAwait(false);
            if (!sessions.IsCurrent(inquiry.Session))
            {
                return;
            }

            if (await gateway.IsValidAsync(
                inquiry.Session.AccessToken!.Value, sessions.Options.GatewayTimeout, CancellationToken.None).ConfigureAwait(false))
            {
                holds = GoodVerdictHolds;
                logger.UnauthorizedIsTheApis();
            }
            else
            {
                await sessions.ReplaceDeadAsync(inquiry.Session).ConfigureAwait(false);
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
