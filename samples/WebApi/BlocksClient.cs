using System.Text.Json;

namespace WebApi;

/// <summary>Asks Space and Time for Ethereum blocks. It knows nothing of tokens: the handler adds them.</summary>
public sealed class BlocksClient(HttpClient client)
{
    private const string LatestBlocks =
        "SELECT BLOCK_NUMBER, TIME_STAMP, TRANSACTION_COUNT FROM ETHEREUM.BLOCKS ORDER BY BLOCK_NUMBER DESC LIMIT 10";

    /// <summary>The latest blocks, as the rows that the gateway answers with.</summary>
    public async Task<JsonElement> GetLatestAsync(CancellationToken cancellationToken)
    {
        using var response = await client.PostAsJsonAsync("v1/sql", new SqlQuery(LatestBlocks), WebApiJson.Default.SqlQuery, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(WebApiJson.Default.JsonElement, cancellationToken);
    }
}

/// <summary>A statement for <c>v1/sql</c>.</summary>
public sealed record SqlQuery(string SqlText);
