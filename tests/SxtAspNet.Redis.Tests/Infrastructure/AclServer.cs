using StackExchange.Redis;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>A Redis with a user that may do little. Garnet has no such users.</summary>
internal sealed class AclServer : IAsyncDisposable
{
    /// <summary>The rights that docs/redis.md names as needed, for the prefix sxt:.</summary>
    public static readonly string[] Needed =
    [
        "~sxt:*", "&sxt:*", "+getrange", "+exists", "+set", "+get", "+del", "+pexpire", "+eval", "+evalsha", "+publish", "+subscribe", "+echo",
        "+ping",
    ];

    /// <summary>Those that it advises besides: for ends of subscriptions, for replicas and clusters, for names and settings, for the doctor.</summary>
    public static readonly string[] Advised =
    [
        .. Needed, "+unsubscribe", "+script|load", "+info", "+client", "+select", "+hello", "+cluster", "+config|get", "+pttl", "+pubsub|numsub",
        "+scan",
    ];

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
            var started = new AclServer(server, await RedisClient.ConnectAsync(server));
            await started.SetRightsAsync(rights);
            return started;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the user these rights and no others.</summary>
    public Task SetRightsAsync(IEnumerable<string> rights) =>
        _admin.Database.ExecuteAsync("ACL", ["SETUSER", "farm", "on", ">secret", "resetkeys", "resetchannels", "-@all", .. rights]);

    /// <summary>Gives the user another password, and ends its connections, which would go on with the old one.</summary>
    public async Task ChangePasswordAsync(string password)
    {
        await _admin.Database.ExecuteAsync("ACL", "SETUSER", "farm", "resetpass", $">{password}");
        await _admin.Database.ExecuteAsync("CLIENT", "KILL", "USER", "farm");
    }

    /// <summary>Whoever has no password, or a wrong one, may do nothing: by default, the client goes on as the user "default" then.</summary>
    public Task CloseDefaultUserAsync() => _admin.Database.ExecuteAsync("ACL", "SETUSER", "default", "resetpass", ">admin");

    /// <summary>How often something was refused.</summary>
    public async Task<int> CountRefusalsAsync() => (await _admin.Database.ExecuteAsync("ACL", "LOG")).Length;

    /// <summary>How many connections listen to the farm's channels; several on one of them count as several.</summary>
    public async Task<long> CountSubscribersAsync()
    {
        var channels = (RedisValue[])(await _admin.Database.ExecuteAsync("PUBSUB", "CHANNELS", "sxt:*"))!;
        var counts = channels.Length == 0 ? [] : (RedisResult[])(await _admin.Database.ExecuteAsync("PUBSUB", ["NUMSUB", .. channels]))!;
        return counts.Where((_, index) => index % 2 == 1).Sum(count => (long)count);
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }
}
