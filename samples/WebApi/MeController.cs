using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace WebApi;

/// <summary>What a caller may see, asked for on its behalf: with the token that it presented, not the app's own.</summary>
[ApiController]
[Authorize]
[Route("me")]
public sealed class MeController(IHttpClientFactory clients) : ControllerBase
{
    /// <summary>The client that sends the caller's token.</summary>
    public const string CallerClient = "caller";

    /// <summary>The latest Ethereum blocks, as the caller sees them.</summary>
    [HttpGet("blocks")]
    public async Task<JsonElement> GetBlocksAsync(CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(CallerClient);
        return await new BlocksClient(client).GetLatestAsync(cancellationToken);
    }
}
