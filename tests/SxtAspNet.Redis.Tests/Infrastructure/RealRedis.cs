using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>Redis as it is run: several servers of it, or one that wants TLS or a user. Disposing ends them all.</summary>
internal sealed class RealRedis : IAsyncDisposable
{
    private const int Slots = 16_384;
    private const string Service = "farm";

    private readonly List<RedisServer> _servers = [];
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("sxt-redis-");

    private RealRedis()
    {
    }

    /// <summary>The connection string of the instances.</summary>
    public string Configuration { get; private set; } = "";

    public IReadOnlyList<RedisServer> Servers => _servers;

    /// <summary>The file of the certificate that signed the server's.</summary>
    public string AuthorityFile => Path.Combine(_files.FullName, "ca.pem");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A master, a replica, and a sentinel that lets the one take the place of the other.</summary>
    public static Task<RealRedis> StartSentinelAsync() => StartAsync(async redis =>
    {
        var master = await redis.AddAsync();
        var replica = await redis.AddAsync("--replicaof", "127.0.0.1", $"{master.Port}");
        await Eventually.IsTrueAsync(
            async () => (await InfoAsync(replica, "replication")).Contains("master_link_status:up", StringComparison.Ordinal),
            "the replica follows");

        // Sentinel writes down what it learns, so that it wants a file of its own.
        var file = Path.Combine(redis._files.FullName, "sentinel.conf");
        await File.WriteAllLinesAsync(
            file,
            [
                $"sentinel monitor {Service} 127.0.0.1 {master.Port} 1",
                $"sentinel down-after-milliseconds {Service} 1000",
                $"sentinel failover-timeout {Service} 5000",
            ],
            Cancellation);
        var sentinel = await redis.AddAsync(program => RedisServer.StartSentinelAsync(program, file, Cancellation));
        await Eventually.IsTrueAsync(
            async () => (await InfoAsync(sentinel, "sentinel")).Contains("slaves=1", StringComparison.Ordinal), "the sentinel knows the replica");
        redis.Configuration = $"{sentinel.Configuration},serviceName={Service}";
    });

    /// <summary>A cluster of three, each with a third of the slots.</summary>
    public static Task<RealRedis> StartClusterAsync() => StartAsync(async redis =>
    {
        const int Nodes = 3;
        var busPorts = new int[Nodes];
        for (var node = 0; node < Nodes; node++)
        {
            busPorts[node] = Ports.FindFree();
            var server = await redis.AddAsync(
                "--cluster-enabled", "yes",
                "--cluster-config-file", Path.Combine(redis._files.FullName, $"nodes-{node}.conf"),
                "--cluster-port", $"{busPorts[node]}",
                "--cluster-node-timeout", "2000",
                "--cluster-require-full-coverage", "no");
            await RedisCommands.SendAsync(
                server.Port, Cancellation, "CLUSTER", "ADDSLOTSRANGE", $"{node * Slots / Nodes}", $"{((node + 1) * Slots / Nodes) - 1}");
            await RedisCommands.SendAsync(
                redis._servers[0].Port, Cancellation, "CLUSTER", "MEET", "127.0.0.1", $"{server.Port}", $"{busPorts[node]}");
        }

        foreach (var server in redis._servers)
        {
            await Eventually.IsTrueAsync(
                async () => await RedisCommands.SendAsync(server.Port, Cancellation, "CLUSTER", "INFO") is { } info
                    && info.Contains("cluster_state:ok", StringComparison.Ordinal)
                    && info.Contains("cluster_slots_ok:16384", StringComparison.Ordinal)
                    && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal),
                "the cluster is complete");
        }

        redis.Configuration = string.Join(',', redis._servers.Select(server => server.Configuration));
    });

    /// <summary>A server that can be reached over TLS, with a certificate of an authority that only the tests know.</summary>
    public static Task<RealRedis> StartTlsAsync() => StartAsync(async redis =>
    {
        var (certificate, key) = redis.MakeCertificate();
        var port = Ports.FindFree();
        await redis.AddAsync(
            "--tls-port", $"{port}", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", redis.AuthorityFile,
            "--tls-auth-clients", "no");
        redis.Configuration = $"localhost:{port},ssl=true";
    });

    /// <summary>A server with a user that has these rights and no others.</summary>
    public static Task<RealRedis> StartAclAsync(params string[] rights) => StartAsync(async redis =>
    {
        var server = await redis.AddAsync();
        await RedisCommands.SendAsync(server.Port, Cancellation, ["ACL", "SETUSER", "farm", "on", ">secret", "-@all", "resetchannels", .. rights]);
        redis.Configuration = $"{server.Configuration},user=farm,password=secret";
    });

    /// <summary>Adds a user, on each server, that has these rights and no others; no other user may do anything there.</summary>
    /// <param name="rights">On the servers.</param>
    /// <param name="sentinelRights">On the sentinels.</param>
    public async Task AddUserAsync(string[] rights, string[] sentinelRights)
    {
        foreach (var server in _servers)
        {
            var isSentinel = (await InfoAsync(server, "server")).Contains("redis_mode:sentinel", StringComparison.Ordinal);
            await RedisCommands.SendAsync(
                server.Port, Cancellation, ["ACL", "SETUSER", "farm", "on", ">secret", "-@all", "resetchannels", .. isSentinel ? sentinelRights : rights]);
        }

        Configuration += ",user=farm,password=secret";
    }

    /// <summary>The server that has the key of a farm's record.</summary>
    public async Task<RedisServer> FindRecordAsync()
    {
        foreach (var server in _servers)
        {
            if (!string.IsNullOrEmpty(await RedisCommands.SendAsync(server.Port, Cancellation, "KEYS", "farm-*")))
            {
                return server;
            }
        }

        throw new InvalidOperationException("There is no record.");
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
        _files.Delete(recursive: true);
    }

    private static async Task<RealRedis> StartAsync(Func<RealRedis, Task> start)
    {
        var redis = new RealRedis();
        try
        {
            await start(redis);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    private Task<RedisServer> AddAsync(params string[] options) =>
        AddAsync(program => RedisServer.StartRedisAsync(program, Cancellation, options));

    private async Task<RedisServer> AddAsync(Func<string, Task<RedisServer>> start)
    {
        Assert.SkipUnless(
            RedisServer.InstalledProgram is not null,
            $"{RedisServer.ProgramName} is not on this machine: install it (Debian: apt-get install redis-server) and put it on PATH.");
        var server = await start(RedisServer.InstalledProgram);
        _servers.Add(server);
        return server;
    }

    private static async Task<string> InfoAsync(RedisServer server, string section) =>
        await RedisCommands.SendAsync(server.Port, Cancellation, "INFO", section) ?? "";

    private (string Certificate, string Key) MakeCertificate()
    {
        var (certificateFile, keyFile) = (Path.Combine(_files.FullName, "redis.pem"), Path.Combine(_files.FullName, "redis.key"));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=The authority of a test", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var authorityCertificate = authority.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authorityCertificate, from, to, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(AuthorityFile, authorityCertificate.ExportCertificatePem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}
