using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>
/// The caller is known, but a policy says no. The status 403 and the WWW-Authenticate header are set; an answer that
/// the app writes is left alone.
/// </summary>
public sealed class SxtBearerForbiddenContext : ResultContext<SxtBearerOptions>
{
    /// <summary>Makes a context; the scheme does it, and a test of an app's events may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="options">The scheme's options.</param>
    public SxtBearerForbiddenContext(HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options)
        : base(context, scheme, options)
    {
    }
}
