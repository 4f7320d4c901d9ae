namespace SxtAspNet.Tests.Gateway.Wire;

/// <summary>A handler of an app that behaves in its own way.</summary>
internal sealed class BadHandler(Func<HttpRequestMessage, Task<HttpResponseMessage>> send) : HttpMessageHandler
{
    /// <summary>Throws; what it says quotes what it was sent.</summary>
    public static BadHandler Throwing(Func<string, Exception> failure) =>
        new(async request => throw failure($"{request.Headers.Authorization} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}"));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => send(request);
}

/// <summary>Counts how often a call is sent.</summary>
internal sealed class CountingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        return base.SendAsync(request, cancellationToken);
    }
}
