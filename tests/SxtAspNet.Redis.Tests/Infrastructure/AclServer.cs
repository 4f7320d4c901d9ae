using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>A Redis with a user that may do little. Garnet has no such users.</summary>
internal sealed class AclServer : IAsyncDisposable
{
    private readonly RedisServer _server;
    private readonly RedisClient _admin;

    private AclServer(RedisServer server, RedisClient admin) => (_server, _admin) = (server, admin);

    public string Configuration => $"{_server.Configuration},user=farm,password=secret";

    /// <summary>Starts a server with a user that has these rights and no others.</summary>
    public static async Task<AclServer> StartAsync(IEnumerable<string> rights)
    {
        var server = await Servers.StartAsync(ServerKind.Redis);
        try
        {
            var admin = await RedisClient.ConnectAsync(server);
            await admin.Database.ExecuteAsync("ACL", ["SETUSER", "farm", "on", ">secret", "resetkeys", "resetchannels", "-@all", .. rights]);
            return new AclServer(server, admin);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How often something was refused.</summary>
    public async Task<int> CountRefusalsAsync() => (await _admin.Database.ExecuteAsync("ACL", "LOG")).Length;

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }
}
