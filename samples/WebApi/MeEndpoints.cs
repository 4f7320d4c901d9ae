using System.Security.Claims;

namespace WebApi;

/// <summary>What a caller may see. The blocks are asked for on its behalf: with the token that it presented, not the app's own.</summary>
internal static class MeEndpoints
{
    /// <summary>The client that sends the caller's token.</summary>
    public const string CallerClient = "caller";

    public static void MapMe(this IEndpointRouteBuilder app)
    {
        var me = app.MapGroup("/me").RequireAuthorization();
        me.MapGet("", (ClaimsPrincipal user) => user.Claims.Select(claim => new CallerClaim(claim.Type, claim.Value)).ToArray());
        me.MapGet("blocks", (IHttpClientFactory clients, CancellationToken cancellationToken) =>
            new BlocksClient(clients.CreateClient(CallerClient)).GetLatestAsync(cancellationToken));
    }
}

/// <summary>What is known of a caller.</summary>
public sealed record CallerClaim(string Type, string Value);
