using System.Net;
using StackExchange.Redis;
using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests;

/// <summary>Several servers, and servers behind a slow link, with the client's own ways to find and reach them.</summary>
public class RealServersTests
{
    private static readonly string[] SentinelRights = ["+sentinel", "+ping", "+info", "+subscribe", "&+switch-master", "&+sentinel"];

    private readonly string _name = $"sxt:test-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Through_Sentinel_the_rights_that_the_docs_name_are_enough()
    {
        await using var redis = await RealRedis.StartSentinelAsync();
        await redis.AddUserAsync([.. AclServer.Needed, "+role", "+info"], SentinelRights);
        await using var connection = new RedisConnection(
            new SxtRedisOptions { Configuration = Times.Patiently(redis.Configuration) }, NoServices.Instance);
        var store = new RedisSessionStore(connection);

        Assert.True(await store.TryReplaceAsync(_name, expected: null, [1], TimeSpan.FromMinutes(1), Cancellation));

        Assert.Equal([1], await store.ReadAsync(_name, Cancellation));
    }

    [Fact]
    public async Task A_link_on_which_TLS_takes_seconds_is_used_again_after_it_was_cut()
    {
        await using var redis = await RealRedis.StartTlsAsync();
        var options = ConfigurationOptions.Parse(redis.Configuration);
        var port = ((DnsEndPoint)options.EndPoints.Single()).Port;
        await using var link = TcpProxy.Start(port);
        await using var connection = new RedisConnection(
            new SxtRedisOptions
            {
                ConfigurationOptionsFactory = () =>
                {
                    var settings = RedisConnection.ReadOptions(new SxtRedisOptions { Configuration = $"localhost:{link.Port},ssl=true" });
                    settings.TrustIssuer(redis.AuthorityFile);
                    return settings;
                },
            },
            NoServices.Instance);
        var store = new RedisSessionStore(connection);
        Assert.Null(await store.ReadAsync(_name, Cancellation));

        link.Delay = TimeSpan.FromSeconds(2.5);
        link.Cut();
        await Eventually.IsTrueAsync(async () => !await ReadsAsync(), "the connection is cut");

        await Eventually.IsTrueAsync(ReadsAsync, "the record is read again", () => $"{link.Accepted} connections, {link.Open} open");

        async Task<bool> ReadsAsync() => await Record.ExceptionAsync(() => store.ReadAsync(_name, Cancellation).AsTask()) is null;
    }
}
