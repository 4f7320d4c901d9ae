using System.Collections.Concurrent;
using System.Net;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>What passed a place in a client's pipeline.</summary>
internal sealed class RequestRecorder
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>Answers instead of the next handler, when set.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Answer { get; set; }

    public HttpResponseMessage? Record(HttpRequestMessage request)
    {
        _requests.Enqueue(new RecordedRequest(request.RequestUri!, request.Headers.Authorization?.ToString()));
        return Answer?.Invoke(request);
    }
}

internal sealed record RecordedRequest(Uri Uri, string? Authorization);

/// <summary>Records requests, and may answer them.</summary>
internal sealed class RecordingHandler(RequestRecorder recorder) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        recorder.Record(request) is { } answer
            ? Task.FromResult(Complete(answer, request))
            : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        recorder.Record(request) is { } answer ? Complete(answer, request) : base.Send(request, cancellationToken);

    private static HttpResponseMessage Complete(HttpResponseMessage answer, HttpRequestMessage request)
    {
        answer.RequestMessage ??= request;
        return answer;
    }
}

/// <summary>Changes requests on their way, as a handler does that chooses the address.</summary>
internal sealed class ChangingHandler(Action<HttpRequestMessage> change) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        change(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        change(request);
        return base.Send(request, cancellationToken);
    }
}

internal static class Responses
{
    public static HttpResponseMessage Status(HttpStatusCode status) => new(status) { Content = new StringContent("") };
}
