using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using SxtAspNet;

namespace Controllers;

[ApiController]
[Authorize]
[Route("me")]
public sealed class MeController : ControllerBase
{
    [HttpGet]
    public string? Get() => User.Identity?.Name;

    [AllowAnonymous]
    [HttpGet("/token")]
    public async Task<string> GetTokenAsync([FromServices] ISxtSession session) =>
        (await session.GetAccessTokenAsync(HttpContext.RequestAborted)).GetValue();
}
