using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>A request arrived; its token has not been looked for yet.</summary>
public sealed class SxtBearerMessageReceivedContext : ResultContext<SxtBearerOptions>
{
    /// <summary>Makes a context; the scheme does it, and a test of an app's events may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="options">The scheme's options.</param>
    public SxtBearerMessageReceivedContext(HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options)
        : base(context, scheme, options)
    {
    }

    /// <summary>
    /// A token that the app found elsewhere than in the Authorization header, which is then not read. It can be set, but
    /// not read, so that this context can be logged.
    /// </summary>
    public string? Token { internal get; set; }
}
