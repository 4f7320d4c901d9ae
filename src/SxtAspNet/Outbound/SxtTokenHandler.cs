using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>
/// Adds the access token to requests, watches for 401 answers, and sends a request again once when its token turns
/// out to have been replaced.
/// </summary>
internal sealed class SxtTokenHandler(
    SessionManager sessions,
    CurrentSession current,
    RejectedTokens rejectedTokens,
    SessionContext context,
    TokenHeaders headers,
    TokenOrigins origins,
    GatewayDate date,
    ILogger logger) : DelegatingHandler, ITokenHandler
{
    private const string Authorization = RoutingHeaders.Authorization;

    public TokenOrigins Origins => origins;

    public ILogger Logger => logger;

    /// <summary>Is told when a handler further out sends a POST again, as retries do.</summary>
    public Action? OnPostSentAgain { get; set; }

    /// <summary>The handler of another identity that is nearer to the network. Where its token may go, it precedes.</summary>
    public SxtTokenHandler? Nearer { get; set; }

    public bool IsOwn(HttpRequestMessage request, string header) => headers.IsOwn(header);

    // The usual path, and no more, which keeps its stack small: with a usable token, nothing to find out, and an inner handler
    // that completes at once, the header entry is all that is allocated.
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var header = Examine(request);
        if (header != Header.Add
            || request.Content is not null
            || current.Usable is not { } active
            || date.IsWanted
            || active.Session.Doubt is not null)
        {
            return SendUnusualAsync(request, header, cancellationToken);
        }

        request.Headers.TryAddWithoutValidation(Authorization, headers.For(active.Token));
        var (uri, method) = (request.RequestUri, request.Method);
        var sending = base.SendAsync(request, cancellationToken);
        return sending.IsCompletedSuccessfully && sending.Result.StatusCode != HttpStatusCode.Unauthorized
            ? sending
            : CompleteAsync(sending, request, uri, method, null, active, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var header = Examine(request);
        if (header == Header.LeaveAlone)
        {
            return base.Send(request, cancellationToken);
        }

        var isRecorded = ReplayableContent.Record(request, context.Options);
        try
        {
            return SendWithToken(request, header, cancellationToken);
        }
        finally
        {
            if (isRecorded)
            {
                ReplayableContent.Restore(request);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task<HttpResponseMessage> SendUnusualAsync(HttpRequestMessage request, Header header, CancellationToken cancellationToken) =>
        header == Header.LeaveAlone ? base.SendAsync(request, cancellationToken)
        : ReplayableContent.Record(request, context.Options) ? SendRecordedAsync(request, header, cancellationToken)
        : SendWithTokenAsync(request, header, cancellationToken);

    private async Task<HttpResponseMessage> SendRecordedAsync(HttpRequestMessage request, Header header, CancellationToken cancellationToken)
    {
        try
        {
            return await SendWithTokenAsync(request, header, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ReplayableContent.Restore(request);
        }
    }

    private Task<HttpResponseMessage> SendWithTokenAsync(HttpRequestMessage request, Header header, CancellationToken cancellationToken)
    {
        if (current.Usable is not { } active)
        {
            return AcquireAndSendAsync(request, header, cancellationToken);
        }

        SetToken(request, header, active.Token);
        if (date.IsWanted || active.Session.Doubt is not null)
        {
            return SendAndObserveAsync(new Attempt(request, active), cancellationToken);
        }

        var (uri, method, content) = (request.RequestUri, request.Method, request.Content);
        var sending = base.SendAsync(request, cancellationToken);
        return sending.IsCompletedSuccessfully && sending.Result.StatusCode != HttpStatusCode.Unauthorized
            ? sending
            : CompleteAsync(sending, request, uri, method, content, active, cancellationToken);
    }

    private HttpResponseMessage SendWithToken(HttpRequestMessage request, Header header, CancellationToken cancellationToken)
    {
        var active = SynchronousWait.For(sessions.AcquireAsync(cancellationToken), context.Options, cancellationToken);
        SetToken(request, header, active.Token);
        var attempt = new Attempt(request, active);
        var sentAt = context.Time.GetTimestamp();
        var response = base.Send(request, cancellationToken);
        Observe(response, attempt, sentAt);
        return response.StatusCode == HttpStatusCode.Unauthorized
            && SynchronousWait.For(PrepareReplayAsync(response, attempt, cancellationToken), context.Options, cancellationToken)
            ? base.Send(request, cancellationToken)
            : response;
    }

    private async Task<HttpResponseMessage> AcquireAndSendAsync(HttpRequestMessage request, Header header, CancellationToken cancellationToken)
    {
        var active = await sessions.AcquireAsync(cancellationToken).ConfigureAwait(false);
        SetToken(request, header, active.Token);
        return await SendAndObserveAsync(new Attempt(request, active), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request whose answer tells more than itself: the gateway's time, or whether a doubted token works.</summary>
    private async Task<HttpResponseMessage> SendAndObserveAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var sentAt = context.Time.GetTimestamp();
        var response = await base.SendAsync(attempt.Request, cancellationToken).ConfigureAwait(false);
        Observe(response, attempt, sentAt);
        return response.StatusCode == HttpStatusCode.Unauthorized
            ? await ReplayAsync(response, attempt, cancellationToken).ConfigureAwait(false)
            : response;
    }

    // Its state machine is allocated for each request that doesn't complete at once, and holds what is passed here.
    private async Task<HttpResponseMessage> CompleteAsync(
        Task<HttpResponseMessage> sending,
        HttpRequestMessage request,
        Uri? uri,
        HttpMethod method,
        HttpContent? content,
        ActiveToken active,
        CancellationToken cancellationToken)
    {
        var response = await sending.ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Unauthorized
            ? await ReplayAsync(response, new Attempt(request, uri, method, content, active, null), cancellationToken).ConfigureAwait(false)
            : response;
    }

    private async Task<HttpResponseMessage> ReplayAsync(
        HttpResponseMessage response, Attempt attempt, CancellationToken cancellationToken) =>
        await PrepareReplayAsync(response, attempt, cancellationToken).ConfigureAwait(false)
            ? await base.SendAsync(attempt.Request, cancellationToken).ConfigureAwait(false)
            : response;

    /// <summary>Whether a request is to carry our token. One that it may not carry is taken off.</summary>
    private Header Examine(HttpRequestMessage request)
    {
        var uri = request.RequestUri;
        if (Nearer is { } nearer && nearer.Serves(uri))
        {
            return Header.LeaveAlone;
        }

        var isAllowed = origins.Contains(uri) && !request.SkipsSxtAuthentication();
        var present = request.Headers.NonValidated;
        return present.Count == 0 && isAllowed ? Header.Add : Examine(request, uri, isAllowed, present);
    }

    private bool Serves(Uri? uri) => origins.Contains(uri) || Nearer?.Serves(uri) is true;

    private Header Examine(HttpRequestMessage request, Uri? uri, bool isAllowed, HttpHeadersNonValidated present)
    {
        var (authorization, host) = RoutingHeaders.Read(present);
        isAllowed = isAllowed && (host is null || !TokenOrigins.IsForeignHost(uri!, host));
        if (authorization is null)
        {
            return isAllowed ? Header.Add : ReportUnlessSkipped(request);
        }

        // A caller's own header is left alone. Ours was left by an earlier attempt, or by the same handler further out.
        if (!headers.IsOwn(authorization))
        {
            return Header.LeaveAlone;
        }

        if (isAllowed)
        {
            if (request.Method == HttpMethod.Post)
            {
                OnPostSentAgain?.Invoke();
            }

            return Header.Replace;
        }

        request.Headers.Remove(Authorization);
        return Header.LeaveAlone;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Header ReportUnlessSkipped(HttpRequestMessage request)
    {
        if (!request.SkipsSxtAuthentication() && TokenOrigins.Describe(request) is { } origin && origins.Refused.Add(origin))
        {
            logger.OriginNotAllowed(origin);
        }

        return Header.LeaveAlone;
    }

    private void SetToken(HttpRequestMessage request, Header header, SxtAccessToken token)
    {
        if (header == Header.Replace)
        {
            request.Headers.Remove(Authorization);
        }

        request.Headers.TryAddWithoutValidation(Authorization, headers.For(token));
    }

    private void Observe(HttpResponseMessage response, Attempt attempt, long sentAt)
    {
        if (date.IsWanted)
        {
            date.Observe(response, sentAt);
        }

        if (attempt.Doubt is { } doubt && response.IsSuccessStatusCode && origins.IsGateway(response.RequestMessage?.RequestUri))
        {
            doubt.Refute();
        }
    }

    /// <summary>After a 401: finds another token and gets the request ready to be sent again.</summary>
    /// <returns><see langword="false"/>: the 401 is the answer.</returns>
    private async ValueTask<bool> PrepareReplayAsync(
        HttpResponseMessage response, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!attempt.IsAnsweredBy(response, headers))
        {
            return false;
        }

        var isWanted = context.Options.ReplayOnUnauthorized;
        var canReplay = isWanted && ReplayableContent.CanReplay(attempt.Request, attempt.Content);
        ActiveToken? successor;
        try
        {
            successor = await rejectedTokens.AcquireSuccessorAsync(attempt.Active, canReplay, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (successor is null || !canReplay)
        {
            if (successor is not null && isWanted)
            {
                context.Metrics.CouldNotReplay();
                logger.NotReplayable();
            }

            return false;
        }

        response.Dispose();
        ReplayableContent.Rewind(attempt.Request);
        SetToken(attempt.Request, Header.Replace, successor.Token);
        logger.Replayed();
        context.Metrics.Replayed();
        return true;
    }
}
