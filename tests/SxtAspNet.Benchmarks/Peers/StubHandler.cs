using System.Net;

namespace SxtAspNet.Benchmarks.Peers;

/// <summary>Stands for the network: answers at once, or when told to.</summary>
internal sealed class StubHandler : HttpMessageHandler
{
    private static readonly HttpResponseMessage Response = new(HttpStatusCode.OK);
    private static readonly Task<HttpResponseMessage> Answered = Task.FromResult(Response);

    private TaskCompletionSource<HttpResponseMessage>? _pending;

    /// <summary>Whether an answer waits for <see cref="Answer"/>.</summary>
    public bool IsLater { get; init; }

    /// <summary>Lets the answer arrive; what awaits it goes on here.</summary>
    public void Answer()
    {
        var pending = _pending;
        _pending = null;
        pending?.SetResult(Response);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!IsLater)
        {
            return Answered;
        }

        _pending = new();
        return _pending.Task;
    }
}
