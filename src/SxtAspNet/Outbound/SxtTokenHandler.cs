using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>
/// Adds the access token to requests, watches for 401 answers, and sends a request again once when its token turns
/// out to have been replaced.
/// </summary>
internal sealed class SxtTokenHandler(
    SessionManager sessions,
    TokenInquiry inquiry,
    TokenHeaders headers,
    TokenOrigins origins,
    GatewayClock clock,
    SxtMetrics metrics,
    ILogger logger) : DelegatingHandler
{
    private const string Authorization = "Authorization";

    private readonly TimeProvider _timeProvider = sessions.TimeProvider;

    // Not async: on the usual path, with a usable token and an inner handler that completes at once, nothing but the
    // header entry is allocated.
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!GetsToken(request))
        {
            return base.SendAsync(request, cancellationToken);
        }

        var sentAt = _timeProvider.GetTimestamp();
        if (sessions.Active is not { } active || !active.IsUsableAt(sentAt))
        {
            return AcquireAndSendAsync(request, cancellationToken);
        }

        var attempt = Prepare(request, active, sentAt);
        var sending = base.SendAsync(request, cancellationToken);
        return sending.IsCompletedSuccessfully && IsFinal(sending.Result, sentAt)
            ? sending
            : CompleteAsync(sending, attempt, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!GetsToken(request))
        {
            return base.Send(request, cancellationToken);
        }

        // Waiting is inherent to a synchronous request; it is bounded, and what it waits for runs on other threads.
        var active = sessions.AcquireAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
        var attempt = Prepare(request, active, _timeProvider.GetTimestamp());
        var response = base.Send(request, cancellationToken);
        return !IsFinal(response, attempt.SentAt)
            && PrepareReplayAsync(response, attempt, cancellationToken).AsTask().GetAwaiter().GetResult()
            ? base.Send(request, cancellationToken)
            : response;
    }

    private async Task<HttpResponseMessage> AcquireAndSendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var active = await sessions.AcquireAsync(cancellationToken).ConfigureAwait(false);
        var attempt = Prepare(request, active, _timeProvider.GetTimestamp());
        return await CompleteAsync(base.SendAsync(request, cancellationToken), attempt, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> CompleteAsync(
        Task<HttpResponseMessage> sending, Attempt attempt, CancellationToken cancellationToken)
    {
        var response = await sending.ConfigureAwait(false);
        return IsFinal(response, attempt.SentAt)
            ? response
            : await ReplayAsync(response, attempt, cancellationToken).ConfigureAwait(false);
    }

    // Apart from the usual path, whose state machine is allocated for each request and holds what its method awaits.
    private async Task<HttpResponseMessage> ReplayAsync(
        HttpResponseMessage response, Attempt attempt, CancellationToken cancellationToken) =>
        await PrepareReplayAsync(response, attempt, cancellationToken).ConfigureAwait(false)
            ? await base.SendAsync(attempt.Request, cancellationToken).ConfigureAwait(false)
            : response;

    /// <summary>Whether a request is to carry our token. One that it may not carry is taken off.</summary>
    private bool GetsToken(HttpRequestMessage request)
    {
        var isAllowed = origins.Contains(request.RequestUri) && !request.SkipsSxtAuthentication();
        if (!request.Headers.NonValidated.TryGetValues(Authorization, out var values))
        {
            return isAllowed || ReportUnlessSkipped(request);
        }

        // A caller's own header is left alone. Ours was left by an earlier attempt, or by the same handler further out.
        var isOurs = headers.IsOwn(values.ToString());
        if (isOurs && !isAllowed)
        {
            request.Headers.Remove(Authorization);
        }

        return isOurs && isAllowed;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReportUnlessSkipped(HttpRequestMessage request)
    {
        if (!request.SkipsSxtAuthentication() && origins.IsFirstRefusal(request.RequestUri))
        {
            logger.OriginNotAllowed(request.RequestUri!.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        }

        return false;
    }

    private Attempt Prepare(HttpRequestMessage request, ActiveToken active, long sentAt)
    {
        SetToken(request, headers.For(active.Token));
        return new Attempt(request, request.RequestUri, request.Method, active, sentAt);
    }

    private static void SetToken(HttpRequestMessage request, string value)
    {
        if (request.Headers.NonValidated.Contains(Authorization))
        {
            request.Headers.Remove(Authorization);
        }

        request.Headers.TryAddWithoutValidation(Authorization, value);
    }

    /// <summary>Whether an answer needs no look from us; learns the gateway's time from it now and then.</summary>
    private bool IsFinal(HttpResponseMessage response, long sentAt)
    {
        if (clock.WantsObservation(sentAt))
        {
            ObserveDate(response, sentAt);
        }

        return response.StatusCode != HttpStatusCode.Unauthorized;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ObserveDate(HttpResponseMessage response, long sentAt)
    {
        // Only the gateway itself tells its time: not another allowed origin, not a cache in between.
        if (origins.IsGateway(response.RequestMessage?.RequestUri) && response.Headers.Date is { } date && response.Headers.Age is null)
        {
            clock.Observe(date, sentAt);
        }
    }

    /// <summary>After a 401: finds another token and gets the request ready to be sent again.</summary>
    /// <returns><see langword="false"/>: the 401 is the answer.</returns>
    private async ValueTask<bool> PrepareReplayAsync(
        HttpResponseMessage response, Attempt attempt, CancellationToken cancellationToken)
    {
        var canReplay = sessions.Options.ReplayOnUnauthorized && ReplayableContent.CanReplay(attempt.Request);
        ActiveToken? successor;
        try
        {
            // Looked for even when this request can't use it: the next ones can.
            successor = IsAnswerToOurToken(response, attempt)
                ? await inquiry.FindSuccessorAsync(attempt.Token, canReplay, cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (successor is null || !canReplay)
        {
            if (successor is not null && sessions.Options.ReplayOnUnauthorized)
            {
                logger.NotReplayable();
            }

            return false;
        }

        response.Dispose();
        SetToken(attempt.Request, headers.For(successor.Token));
        logger.Replayed();
        metrics.Replayed();
        return true;
    }

    /// <summary>
    /// Whether a 401 answers what was sent: no redirect led elsewhere, and the token is still the one that this handler
    /// set (the same handler further in has had its try already when it set another).
    /// </summary>
    private bool IsAnswerToOurToken(HttpResponseMessage response, Attempt attempt) =>
        ReferenceEquals(attempt.Request.RequestUri, attempt.Uri)
        && attempt.Request.Method == attempt.Method
        && (response.RequestMessage is null || response.RequestMessage.RequestUri == attempt.Uri)
        && attempt.Request.Headers.NonValidated.TryGetValues(Authorization, out var values)
        && headers.Is(values.ToString(), attempt.Token.Token);

    /// <summary>A request as it was sent.</summary>
    private readonly record struct Attempt(HttpRequestMessage Request, Uri? Uri, HttpMethod Method, ActiveToken Token, long SentAt)
    {
        /// <summary>Not the record's own, which would print the header.</summary>
        public override string ToString() => $"attempt with {Token}";
    }
}
