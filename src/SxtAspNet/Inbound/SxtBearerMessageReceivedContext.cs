using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>A request arrived; its token has not been looked for yet.</summary>
public sealed class SxtBearerMessageReceivedContext : ResultContext<SxtBearerOptions>
{
    internal SxtBearerMessageReceivedContext(HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options)
        : base(context, scheme, options)
    {
    }

    /// <summary>A token that the app found elsewhere than in the Authorization header, which is then not read.</summary>
    public string? Token { get; set; }
}
