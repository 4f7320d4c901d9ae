using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using SxtAspNet;

namespace WebApi;

internal static class LogoutEndpoint
{
    /// <summary>
    /// Ends all sessions of the app's user, wherever they are. So only that user may: with its own token it could do the same
    /// at the gateway.
    /// </summary>
    public static void MapLogout(this IEndpointRouteBuilder app) => app.MapPost("/logout", LogoutAsync).RequireAuthorization();

    private static async Task<Results<Ok, ForbidHttpResult>> LogoutAsync(
        ClaimsPrincipal caller, ISxtSession session, CancellationToken cancellationToken)
    {
        if (caller.Identity?.Name != session.Status.UserId)
        {
            return TypedResults.Forbid();
        }

        await session.LogoutAsync(cancellationToken);
        return TypedResults.Ok();
    }
}
