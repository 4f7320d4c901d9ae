using System.Runtime.CompilerServices;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Outbound;

/// <summary>
/// The last handler before a request leaves. Handlers after ours may have turned the request elsewhere, so its origin is
/// checked once more, and a token that may not go there is taken off.
/// </summary>
internal sealed class TokenGuard(ITokenHandler handler) : DelegatingHandler
{
    private readonly TokenOrigins _origins = handler.Origins;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_origins.Allow(request))
        {
            Withdraw(request);
        }

        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_origins.Allow(request))
        {
            Withdraw(request);
        }

        return base.Send(request, cancellationToken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Withdraw(HttpRequestMessage request)
    {
        if (!request.Headers.NonValidated.TryGetValues(RoutingHeaders.Authorization, out var values) || !handler.IsOwn(request, values.ToString()))
        {
            return;
        }

        request.Headers.Remove(RoutingHeaders.Authorization);
        if (TokenOrigins.Describe(request) is { } origin && _origins.Withdrawn.Add(origin))
        {
            handler.Logger.TokenTakenOff(origin);
        }
    }
}
