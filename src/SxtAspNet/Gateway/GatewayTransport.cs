using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Polly;
using Polly.Retry;

namespace SxtAspNet.Gateway;

/// <summary>
/// Sends calls to the gateway, or to the proxy. It owns its connections, outside IHttpClientFactory: the app's defaults for clients
/// (retries, logging of headers, handlers) must not reach calls that may be sent only once or that carry secrets.
/// </summary>
internal sealed class GatewayTransport : IDisposable
{
    private const int LargestAnswer = 64 * 1024;

    /// <summary>The library and its version, without the commit. Firewalls refuse requests that name nobody.</summary>
    private static readonly ProductInfoHeaderValue UserAgent = new(
        nameof(SxtAspNet),
        typeof(GatewayTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]);

    private readonly Uri _baseUrl;
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpMessageHandler? _primary;
    private readonly bool _isOwnHandler;
    private readonly GatewayClock _clock;
    private readonly TimeProvider _timeProvider;
    private readonly ForeignCode _foreign;
    private readonly ResiliencePipeline _retry;

    public GatewayTransport(Uri baseUrl, HttpMessageHandler? backchannel, GatewayClock clock, Runtime runtime)
    {
        if (Backchannel.Harden(backchannel) is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        var handler = backchannel ?? Backchannel.Create();
        _isOwnHandler = backchannel is null;
        _baseUrl = baseUrl;
        _clock = clock;
        _timeProvider = runtime.TimeProvider;
        _foreign = new ForeignCode(runtime);
        _primary = Backchannel.PrimaryOf(handler);
        _invoker = new HttpMessageInvoker(handler, disposeHandler: _isOwnHandler);
        _retry = new ResiliencePipelineBuilder { TimeProvider = runtime.TimeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(250),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = runtime.Random,
                ShouldHandle = new PredicateBuilder().Handle<SxtAuthenticationException>(
                    failure => failure is { Reason: SxtFailureReason.GatewayUnreachable, RetryAfter: null }),
            })
            .Build();
    }

    /// <summary>The clock that learns from the answers.</summary>
    public GatewayClock Clock => _clock;

    /// <summary>Sends a call and reads its answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="timeout">The time limit, the body and repetitions included; a pause between two of them may outlast it, by a second at most.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>A success or a refusal.</returns>
    /// <exception cref="SxtAuthenticationException">The gateway did not answer, or not in the protocol.</exception>
    public async Task<GatewayAnswer> SendAsync(GatewayCall call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var sending = new Sending(call, timeout, _timeProvider.GetTimestamp());
        try
        {
            // The limit ends attempts, not the short pauses between them: after a pause that is cut off the work would go on on
            // another thread, where nothing of the session may run in a simulation. An attempt that comes after the limit is not sent.
            return call.IsRepeatable
                ? await _retry.ExecuteAsync(async _ => await AttemptAsync(sending, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
                : await AttemptAsync(sending, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exceeded)
        {
            // Where no time was left to try again, the failure before says more than the limit.
            throw sending.LastFailure ?? TimedOut(sending, exceeded as NotStartedException);
        }
    }

    public void Dispose() => _invoker.Dispose();

    /// <exception cref="TimeoutException">The time limit is over.</exception>
    private async Task<GatewayAnswer> AttemptAsync(Sending sending, CancellationToken cancellationToken)
    {
        var call = sending.Call;
        var remaining = sending.Timeout - _timeProvider.GetElapsedTime(sending.StartedAt);
        if (remaining <= TimeSpan.Zero)
        {
            throw new TimeoutException();
        }

        // The app's handler may trace its requests; the thread of foreign code doesn't know to which renewal they belong.
        var activity = Activity.Current;
        try
        {
            var received = await _foreign.RunAsync(
                token => ReceiveAsync(call, activity, token),
                remaining,
                cancellationToken).ConfigureAwait(false);
            return Read(call, received);
        }
        catch (SxtAuthenticationException failure)
        {
            sending.LastFailure = failure;
            throw;
        }
    }

    /// <summary>All that runs in foreign code: the handler, and the stream of the answer's body.</summary>
    private async ValueTask<Received> ReceiveAsync(GatewayCall call, Activity? activity, CancellationToken cancellationToken)
    {
        Activity.Current = activity;
        using var request = CreateRequest(call);
        var uri = request.RequestUri;
        try
        {
            var sentAt = _timeProvider.GetTimestamp();
            using var response = await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return new Received(
                response.StatusCode,
                await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false),
                response.Content.Headers.ContentType?.MediaType,
                response.Headers.Age is null ? response.Headers.Date : null,
                response.Headers.RetryAfter,
                IsRedirected: request.RequestUri != uri,
                sentAt);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw GatewayFailure.Of(call, _baseUrl, _primary, exception);
        }
    }

    private GatewayAnswer Read(GatewayCall call, Received received)
    {
        if (received.IsRedirected)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.BadAnswer,
                $"{call}: {Backchannel.Setting} followed a redirect, which it must not (AllowAutoRedirect = false).");
        }

        // The status first: who can't serve, or asks for fewer calls, may say so with a long page.
        var answer = new GatewayAnswer(call, received.Status, received.Body, RetryAfter(received), received.SentAt, received.MediaType);
        answer.ThrowUnlessDecided();
        if (received.Body.Length > LargestAnswer)
        {
            throw answer.BadAnswer($"more than {LargestAnswer / 1024} KiB");
        }

        // Anything else may be a proxy's page, dated by the proxy's clock, and the repetitions of one call would be several witnesses.
        if (received.Date is { } date)
        {
            _clock.Observe(date, received.SentAt);
        }

        return answer;
    }

    private HttpRequestMessage CreateRequest(GatewayCall call)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(_baseUrl, call.Path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(UserAgent);
        if (call.Bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", call.Bearer);
        }

        if (call.ApiKey is not null)
        {
            request.Headers.Add("apikey", call.ApiKey);
        }

        if (call.Method == HttpMethod.Post)
        {
            // Even an empty body is sent as content: SocketsHttpHandler repeats a request without content when a
            // pooled connection turns out to be closed, and a refresh token must not be presented twice.
            request.Content = new ByteArrayContent(call.Body);
            if (call.Body.Length > 0)
            {
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }
        }

        return request;
    }

    /// <summary>Reads a body, or so much of it that it is known to be too long.</summary>
    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestAnswer + 1];
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var length = await stream.ReadAtLeastAsync(
                buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return buffer[..length];
        }
    }

    /// <summary>An instant is held against the answer's own Date: both are read from the same clock, right or wrong.</summary>
    private TimeSpan? RetryAfter(Received received)
    {
        var delay = received.RetryAfter?.Delta ?? (received.RetryAfter?.Date - (received.Date ?? _clock.Now));
        return delay is { } known ? (known > TimeSpan.Zero ? known : TimeSpan.Zero) : null;
    }

    private SxtAuthenticationException TimedOut(Sending sending, NotStartedException? notStarted) => new(
        SxtFailureReason.GatewayUnreachable,
        $"{sending.Call}: " + notStarted switch
        {
            null => $"the {sending.Call.Host.Name} {_baseUrl} did not answer within {sending.Timeout.TotalSeconds:0.###} s (GatewayTimeout).",
            { IsPoolStarved: true } => $"{notStarted.Message} (GatewayTimeout).",
            _ when _isOwnHandler => $"{notStarted.Message}.",
            _ => $"{Backchannel.Setting} still blocks the threads of earlier calls, so no other is made; check that handler.",
        });

    private sealed class Sending(GatewayCall call, TimeSpan timeout, long startedAt)
    {
        public GatewayCall Call => call;

        public TimeSpan Timeout => timeout;

        public long StartedAt => startedAt;

        public SxtAuthenticationException? LastFailure { get; set; }
    }

    private sealed record Received(
        HttpStatusCode Status,
        byte[] Body,
        string? MediaType,
        DateTimeOffset? Date,
        RetryConditionHeaderValue? RetryAfter,
        bool IsRedirected,
        long SentAt);
}
