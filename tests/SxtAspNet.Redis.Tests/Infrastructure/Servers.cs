using System.Collections.Concurrent;
using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

[assembly: AssemblyFixture(typeof(Servers))]

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>The Redis-protocol servers of the tests; one of each kind is shared by all tests that don't harm it.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ServerKind, Lazy<Task<RedisServer>>> _shared = [];

    /// <summary>The shared server, on which each test uses names of its own.</summary>
    public Task<RedisServer> UseAsync(ServerKind kind) =>
        _shared.GetOrAdd(kind, static kind => new Lazy<Task<RedisServer>>(() => StartAsync(kind))).Value;

    /// <summary>A server of the test's own, to be stopped or set up differently.</summary>
    public static async Task<RedisServer> StartAsync(ServerKind kind)
    {
        if (kind is ServerKind.Garnet)
        {
            return await RedisServer.StartGarnetAsync(TestContext.Current.CancellationToken);
        }

        Assert.SkipUnless(
            RedisServer.InstalledProgram is not null,
            $"{RedisServer.ProgramName} is not on this machine: install it (Debian: apt-get install redis-server) and put it on PATH.");
        return await RedisServer.StartRedisAsync(RedisServer.InstalledProgram, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var starting in _shared.Values.Select(server => server.Value))
        {
            await Task.WhenAny(starting);
            if (starting.IsCompletedSuccessfully)
            {
                await (await starting).DisposeAsync();
            }
        }
    }
}

public enum ServerKind
{
    /// <summary>garnet-server, a .NET tool: always there.</summary>
    Garnet,

    /// <summary>redis-server, where it is installed.</summary>
    Redis,
}
