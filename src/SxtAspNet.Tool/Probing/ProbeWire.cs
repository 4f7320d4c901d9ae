using System.Net.Http.Headers;
using System.Net.Mime;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tool.Probing;

/// <summary>
/// Makes the calls of a probe, each once. After the first 429, the first call without an answer or the last that it may
/// make, it makes no more.
/// </summary>
internal sealed class ProbeWire : IDisposable
{
    /// <summary>Fewer than thirty, whatever happens.</summary>
    private const int MostCalls = 29;

    private const int LargestAnswer = 1024 * 1024;

    private readonly HttpClient _client;
    private readonly TimeProvider _timeProvider;
    private readonly List<ProbeAnswer> _answers = [];

    public ProbeWire(Uri gateway, TimeSpan timeout, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _client = new HttpClient(Backchannel.Create())
        {
            BaseAddress = gateway,
            Timeout = timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    public int Calls { get; private set; }

    public IReadOnlyList<ProbeAnswer> Answers => _answers;

    /// <summary>Why no more calls are made; <see langword="null"/>: they are.</summary>
    public string? Stopped { get; private set; }

    /// <summary>The answer that told to come later.</summary>
    public ProbeAnswer? TooMany { get; private set; }

    /// <summary>Makes a call.</summary>
    /// <returns><see langword="null"/>: it was not made, or there is nothing to learn from its answer; <see cref="Stopped"/> says why.</returns>
    public async Task<ProbeAnswer?> SendAsync(
        HttpMethod method, string path, string? bearer, byte[]? body, CancellationToken cancellationToken)
    {
        if (Stopped is not null || Calls == MostCalls)
        {
            Stop("the calls that a probe may make are used up");
            return null;
        }

        Calls++;
        try
        {
            var answer = await CallAsync(method, path, bearer, body, cancellationToken).ConfigureAwait(false);
            _answers.Add(answer);
            if (answer.Status != 429)
            {
                return answer;
            }

            TooMany = answer;
            Stopped = $"/{path} was answered 429";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Stopped = $"/{path} got no answer ({(failure as HttpRequestException)?.HttpRequestError.ToString() ?? "time-out"})";
        }

        return null;
    }

    /// <summary>Makes no more calls.</summary>
    public void Stop(string why) => Stopped ??= why;

    public void Dispose() => _client.Dispose();

    private async Task<ProbeAnswer> CallAsync(
        HttpMethod method, string path, string? bearer, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            // Empty, not absent: the HTTP stack itself repeats a POST without content, and a refresh token works once.
            request.Content = new ByteArrayContent(body ?? []);
            request.Content.Headers.ContentType = body is null ? null : new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        }

        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        var sentAt = _timeProvider.GetUtcNow();
        using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return new ProbeAnswer
        {
            Status = (int)response.StatusCode,
            Body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false),
            MediaType = response.Content.Headers.ContentType?.MediaType,
            Date = response.Headers.Date,
            RetryAfter = response.Headers.RetryAfter,
            SentAt = sentAt,
            ReceivedAt = _timeProvider.GetUtcNow(),
        };
    }
}
