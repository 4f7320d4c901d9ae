using System.Net.Http.Headers;
using Polly;
using Polly.Retry;

namespace SxtAspNet.Gateway;

/// <summary>
/// Sends calls to the gateway. It owns its connections, outside IHttpClientFactory: the app's defaults for clients
/// (retries, logging of headers, handlers) must not reach calls that may be sent only once or that carry secrets.
/// </summary>
internal sealed class GatewayTransport : IDisposable
{
    private const int LargestAnswer = 64 * 1024;

    private readonly Uri _baseUrl;
    private readonly HttpMessageInvoker _invoker;
    private readonly GatewayClock _clock;
    private readonly TimeProvider _timeProvider;
    private readonly ResiliencePipeline _retry;

    public GatewayTransport(
        Uri baseUrl, HttpMessageHandler? backchannel, GatewayClock clock, TimeProvider timeProvider, Func<double> random)
    {
        _baseUrl = baseUrl;
        _clock = clock;
        _timeProvider = timeProvider;
        _invoker = new HttpMessageInvoker(Harden(backchannel ?? CreateHandler()), disposeHandler: backchannel is null);
        _retry = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(250),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = random,
                ShouldHandle = new PredicateBuilder().Handle<SxtAuthenticationException>(
                    failure => failure is { Reason: SxtFailureReason.GatewayUnreachable, RetryAfter: null }),
            })
            .Build();
    }

    /// <summary>Sends a call and reads its answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="timeout">The time limit, the body and repetitions included; a pause between two of them may outlast it, by a second at most.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>A success or a refusal.</returns>
    /// <exception cref="SxtAuthenticationException">The gateway did not answer, or not in the protocol.</exception>
    public async Task<GatewayAnswer> SendAsync(GatewayCall call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // The limit ends attempts, not the short pauses between them: after a pause that is cut off the work would go on on
            // another thread, where nothing of the session may run in a simulation. An attempt that comes after the limit is not sent.
            return call.IsRepeatable
                ? await _retry.ExecuteAsync(async _ => await AttemptAsync(call, either.Token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
                : await AttemptAsync(call, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.GatewayUnreachable,
                $"{call}: the gateway {_baseUrl} did not answer within {timeout.TotalSeconds:0.###} s (GatewayTimeout).");
        }
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<GatewayAnswer> AttemptAsync(GatewayCall call, CancellationToken cancellationToken)
    {
        using var request = CreateRequest(call);
        var uri = request.RequestUri;
        try
        {
            var requestedAt = _clock.Now;
            var sentAt = _timeProvider.GetTimestamp();
            using var response = await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (request.RequestUri != uri)
            {
                throw new SxtAuthenticationException(
                    SxtFailureReason.BadAnswer,
                    $"{call}: BackchannelHttpHandler followed a redirect, which it must not (AllowAutoRedirect = false).");
            }

            if (response.Headers.Date is { } date && response.Headers.Age is null)
            {
                _clock.Observe(date, sentAt);
            }

            var body = await ReadAsync(call, response.Content, cancellationToken).ConfigureAwait(false);
            var answer = new GatewayAnswer(call, response.StatusCode, body, RetryAfter(response.Headers.RetryAfter), requestedAt);
            answer.ThrowUnlessDecided();
            return answer;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && exception is not SxtAuthenticationException)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.GatewayUnreachable,
                $"{call}: the gateway {_baseUrl} can't be reached; check GatewayUrl, DNS, proxy and firewall.",
                exception);
        }
    }

    private HttpRequestMessage CreateRequest(GatewayCall call)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(_baseUrl, call.Path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.Bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", call.Bearer);
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

    private static SocketsHttpHandler CreateHandler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    private static HttpMessageHandler Harden(HttpMessageHandler handler)
    {
        switch (handler)
        {
            case SocketsHttpHandler sockets:
                sockets.AllowAutoRedirect = false;
                sockets.UseCookies = false;
                break;
            case HttpClientHandler client:
                client.AllowAutoRedirect = false;
                client.UseCookies = false;
                break;
        }

        return handler;
    }

    private static async Task<byte[]> ReadAsync(GatewayCall call, HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestAnswer + 1];
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var length = await stream.ReadAtLeastAsync(
                buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return length <= LargestAnswer
                ? buffer[..length]
                : throw new SxtAuthenticationException(
                    SxtFailureReason.BadAnswer, $"{call}: the gateway answered with more than {LargestAnswer / 1024} KiB.");
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var delay = header?.Delta ?? (header?.Date - _clock.Now);
        return delay is { } known ? (known > TimeSpan.Zero ? known : TimeSpan.Zero) : null;
    }
}
