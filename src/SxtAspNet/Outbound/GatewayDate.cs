using System.Net;
using SxtAspNet.Gateway;

namespace SxtAspNet.Outbound;

/// <summary>Learns the gateway's time from API answers, now and then: a timer says when, so that most answers cost a flag.</summary>
internal sealed class GatewayDate : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly TokenOrigins _origins;
    private readonly GatewayClock _clock;
    private readonly ITimer _timer;
    private volatile bool _isWanted = true;

    public GatewayDate(TokenOrigins origins, GatewayClock clock, Runtime runtime)
    {
        _origins = origins;
        _clock = clock;
        _timer = runtime.CreateTimer(() => _isWanted = true);
    }

    /// <summary>Whether the next answer's date is worth reading.</summary>
    public bool IsWanted => _isWanted;

    /// <summary>Reads an answer's date.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="sentAt">The monotonic timestamp before the request was sent.</param>
    public void Observe(HttpResponseMessage response, long sentAt)
    {
        // Where no answer tells it, looking again at each would cost more than it is worth.
        _isWanted = false;
        _timer.Change(Interval, Timeout.InfiniteTimeSpan);

        // Only the gateway itself tells its time: not another allowed origin, not a cache in between, nor a proxy that fails.
        if (response is { StatusCode: < HttpStatusCode.InternalServerError, Headers: { Date: { } date, Age: null } }
            && _origins.IsGateway(response.RequestMessage?.RequestUri))
        {
            _clock.Observe(date, sentAt);
            _isWanted = _clock.WantsObservation(sentAt);
        }
    }

    public void Dispose() => _timer.Dispose();
}
