using Refit;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"));
builder.Services.AddRefitGeneratedClient<IBlocksApi>().AddSxtTokenHandler();

var app = builder.Build();
app.MapGet("/blocks", (IBlocksApi blocks) => blocks.QueryAsync(new BlocksQuery("SELECT * FROM ETHEREUM.BLOCKS LIMIT 10")));
app.Run();

public interface IBlocksApi
{
    [Post("/v1/sql")]
    Task<string> QueryAsync(BlocksQuery query);
}

public sealed record BlocksQuery(string SqlText);
