using System.Net;
using SxtAspNet.Outbound;

namespace SxtAspNet.Benchmarks.Peers;

/// <summary>Passes on, as far as a handler can without anything of its own.</summary>
internal sealed class PassingHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);
}

/// <summary>The header, after a look at the coarse clock.</summary>
internal sealed class ClockHandler(string value) : DelegatingHandler
{
    private readonly CoarseClock _clock = new(TimeProvider.System);
    private readonly long _deadline = Environment.TickCount64 + 10_000_000;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_clock.Milliseconds >= _deadline)
        {
            throw new InvalidOperationException();
        }

        request.Headers.TryAddWithoutValidation("Authorization", value);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>The header, if the request goes where it may.</summary>
internal sealed class OriginHandler(string value, TokenOrigins origins) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!origins.Allow(request))
        {
            throw new InvalidOperationException();
        }

        request.Headers.TryAddWithoutValidation("Authorization", value);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>The header, and the answer's status once it is here.</summary>
internal sealed class AnswerHandler(string value) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Authorization", value);
        var sending = base.SendAsync(request, cancellationToken);
        return sending.IsCompletedSuccessfully && sending.Result.StatusCode != HttpStatusCode.Unauthorized
            ? sending
            : throw new InvalidOperationException();
    }
}

/// <summary>All of these, and nothing else.</summary>
internal sealed class AllStepsHandler(string value, TokenOrigins origins) : DelegatingHandler
{
    private readonly CoarseClock _clock = new(TimeProvider.System);
    private readonly long _deadline = Environment.TickCount64 + 10_000_000;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!origins.Allow(request) || _clock.Milliseconds >= _deadline)
        {
            throw new InvalidOperationException();
        }

        request.Headers.TryAddWithoutValidation("Authorization", value);
        var sending = base.SendAsync(request, cancellationToken);
        return sending.IsCompletedSuccessfully && sending.Result.StatusCode != HttpStatusCode.Unauthorized
            ? sending
            : throw new InvalidOperationException();
    }
}
