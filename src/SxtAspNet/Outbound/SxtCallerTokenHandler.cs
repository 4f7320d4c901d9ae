using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Outbound;

/// <summary>
/// Adds the token of the caller, whose request this app is answering, to requests; never the app's own. It looks at
/// the request's context each time: a handler outlives many requests.
/// </summary>
internal sealed class SxtCallerTokenHandler(string scheme, TokenOrigins origins, IHttpContextAccessor accessor, ILogger logger)
    : DelegatingHandler, ITokenHandler
{
    // What this handler set on a request, to tell it from a header of the app's when the request comes again.
    private static readonly HttpRequestOptionsKey<string> OwnHeader = new("SxtAspNet.CallerHeader");

    public TokenOrigins Origins => origins;

    public ILogger Logger => logger;

    // A handler that makes a request anew may have left the options behind; the caller is still the same.
    public bool IsOwn(HttpRequestMessage request, string header) =>
        (request.Options.TryGetValue(OwnHeader, out var own) && header == own)
        || header == accessor.HttpContext?.Features.Get<CallerToken>()?.HeaderFor(scheme);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        return base.Send(request, cancellationToken);
    }

    private void Prepare(HttpRequestMessage request)
    {
        if (request.Headers.NonValidated.TryGetValues(RoutingHeaders.Authorization, out var values))
        {
            if (!request.Options.TryGetValue(OwnHeader, out var own) || values.ToString() != own)
            {
                return;
            }

            request.Headers.Remove(RoutingHeaders.Authorization);
        }

        if (request.SkipsSxtAuthentication())
        {
            return;
        }

        if (!origins.Allow(request))
        {
            if (TokenOrigins.Describe(request) is { } origin && origins.Refused.Add(origin))
            {
                logger.OriginNotAllowed(origin);
            }

            return;
        }

        var header = FindHeader();
        request.Headers.TryAddWithoutValidation(RoutingHeaders.Authorization, header);
        request.Options.Set(OwnHeader, header);
    }

    /// <exception cref="InvalidOperationException">There is no caller with a token.</exception>
    private string FindHeader()
    {
        var context = accessor.HttpContext ?? throw new InvalidOperationException(
            "There is no caller: this client (AddSxtCallerTokenHandler) sends the token of the request that is being answered, and none is. "
            + "Outside of requests, use a client with AddSxtTokenHandler, which sends the app's own.");
        return context.Features.Get<CallerToken>()?.HeaderFor(scheme) ?? throw new InvalidOperationException(
            $"The caller of this request did not authenticate with the scheme '{scheme}', so there is no token to send on its behalf "
            + "(AddSxtCallerTokenHandler). Require that scheme where the endpoint is defined, for example by [Authorize].");
    }
}
