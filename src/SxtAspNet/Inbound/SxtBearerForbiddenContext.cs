using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>
/// The caller is known, but a policy says no. The status 403 and the WWW-Authenticate header are set; an answer that
/// the app writes is left alone.
/// </summary>
public sealed class SxtBearerForbiddenContext : ResultContext<SxtBearerOptions>
{
    internal SxtBearerForbiddenContext(HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options)
        : base(context, scheme, options)
    {
    }
}
