using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Inbound;

/// <summary>Writes problem details where the app has them (AddProblemDetails).</summary>
internal static class ProblemDetailsAnswer
{
    public static async Task WriteAsync(HttpContext context, string? detail)
    {
        if (context.Response.HasStarted
            || context.RequestServices.GetService<IProblemDetailsService>() is not { } problems
            || !await AnswersAloneAsync(context).ConfigureAwait(false))
        {
            return;
        }

        await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = { Status = context.Response.StatusCode, Detail = detail },
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether it is known that no other scheme answers as well: there is a policy, and it does not name several. Several are challenged one
    /// after the other, each adding to the headers, and the first one that wrote a body would make the others fail. Without a policy
    /// it is the app's own code, or a filter of MVC, that asks for a challenge, of one scheme or of several.
    /// </summary>
    private static async Task<bool> AnswersAloneAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata is not { } metadata
            || context.RequestServices.GetService<IAuthorizationPolicyProvider>() is not { } provider)
        {
            return false;
        }

        var policy = await AuthorizationPolicy.CombineAsync(
            provider, metadata.GetOrderedMetadata<IAuthorizeData>(), metadata.GetOrderedMetadata<AuthorizationPolicy>()).ConfigureAwait(false)
            ?? await provider.GetFallbackPolicyAsync().ConfigureAwait(false);
        return policy?.AuthenticationSchemes.Count <= 1;
    }
}
