using System.Diagnostics;
using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Sessions;
using WebFarm.Processes;

namespace SxtAspNet.Redis.Tests;

public class RedisLockTests(Servers servers)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private readonly string _name = $"test-{Guid.NewGuid():N}:lock";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachServer]
    public async Task Of_two_connections_one_has_the_lock_and_the_other_is_told_so_without_waiting(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var one = Connect(server.Configuration);
        await using var another = Connect(server.Configuration);

        await using var held = await CreateLock(one).TryAcquireAsync(cancellationToken: Cancellation);

        Assert.NotNull(held);
        Assert.Null(await CreateLock(another).TryAcquireAsync(cancellationToken: Cancellation));
        Assert.Null(await CreateLock(one).TryAcquireAsync(cancellationToken: Cancellation));
    }

    [Theory, EachServer]
    public async Task Of_a_hundred_that_want_the_lock_one_gets_it(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var one = Connect(server.Configuration);
        await using var another = Connect(server.Configuration);
        RedisConnection[] connections = [one, another];

        // Whoever is told of its lock after half of the lease has not got it.
        var lease = TimeSpan.FromSeconds(30);

        var handles = await Task.WhenAll(Enumerable.Range(0, 100).Select(index => Task.Run(
            async () => await CreateLock(connections[index % 2], lease).TryAcquireAsync(cancellationToken: Cancellation))));

        await Assert.Single(handles.OfType<IDistributedSynchronizationHandle>()).DisposeAsync();
    }

    [Theory, EachServer]
    public async Task A_released_lock_can_be_taken_at_once(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var one = Connect(server.Configuration);
        await using var another = Connect(server.Configuration);
        var held = await CreateLock(one).TryAcquireAsync(cancellationToken: Cancellation);

        await held!.DisposeAsync();

        await using var taken = await CreateLock(another).TryAcquireAsync(cancellationToken: Cancellation);
        Assert.NotNull(taken);
    }

    [Theory, EachServer]
    public async Task Nothing_is_left_of_a_released_lock(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var connection = Connect(server.Configuration);
        await using var client = await RedisClient.ConnectAsync(server);
        var held = await CreateLock(connection).TryAcquireAsync(cancellationToken: Cancellation);
        Assert.Equal([_name], await client.KeysAsync(_name));

        await held!.DisposeAsync();

        Assert.Empty(await client.KeysAsync(_name));
    }

    [Theory, EachServer]
    public async Task A_lock_outlives_its_lease_while_its_holder_lives(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var one = Connect(server.Configuration);
        await using var another = Connect(server.Configuration);

        // A lease that a busy machine can keep up with.
        var lease = TimeSpan.FromSeconds(3);
        await using var held = await CreateLock(one, lease).TryAcquireAsync(cancellationToken: Cancellation);

        var startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < lease * 2)
        {
            Assert.Null(await CreateLock(another, lease).TryAcquireAsync(cancellationToken: Cancellation));
            await Task.Delay(50, Cancellation);
        }
    }

    [Theory, EachServer]
    public async Task A_lock_ends_with_its_lease_when_its_holder_has_lost_the_connection(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var dying = Connect(proxy.Configuration);
        await using var another = Connect(server.Configuration);
        var held = await CreateLock(dying).TryAcquireAsync(cancellationToken: Cancellation);
        Assert.NotNull(held);

        proxy.Refuse();

        await Eventually.IsTrueAsync(
            async () =>
            {
                await using var taken = await CreateLock(another).TryAcquireAsync(cancellationToken: Cancellation);
                return taken is not null;
            },
            "the lease ends");
        Assert.True(held.HandleLostToken.CanBeCanceled);
        await Eventually.IsTrueAsync(() => held.HandleLostToken.IsCancellationRequested, "the holder learns that it has lost the lock");
    }

    [Theory, EachServer]
    public async Task Without_a_server_the_lock_is_unreachable_instead_of_taken(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var connection = Connect(proxy.Configuration);
        await using (await CreateLock(connection).TryAcquireAsync(cancellationToken: Cancellation))
        {
        }

        proxy.Refuse();

        var taken = await FarmLock(connection).TryAcquireAsync();
        Assert.Null(taken.Value);
        Assert.NotNull(taken.Problem);
    }

    [Theory, EachServer]
    public async Task With_a_server_that_never_answers_the_lock_is_unreachable_within_the_time_limit(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var connection = Connect(proxy.Configuration);
        await using (await CreateLock(connection).TryAcquireAsync(cancellationToken: Cancellation))
        {
        }

        proxy.FallSilent();

        var taken = await FarmLock(connection, storeTimeout: TimeSpan.FromSeconds(0.3)).TryAcquireAsync();
        Assert.Null(taken.Value);
        Assert.Contains("longer than 0.3 s", taken.Problem, StringComparison.Ordinal);
        proxy.Speak();
    }

    [Theory, EachServer]
    public async Task A_lock_that_comes_after_the_time_limit_is_given_back(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var proxy = TcpProxy.Start(server.Port);
        await using var slow = Connect(proxy.Configuration);
        await using var another = Connect(server.Configuration);
        var lease = TimeSpan.FromSeconds(30);
        await using (await CreateLock(slow, lease).TryAcquireAsync(cancellationToken: Cancellation))
        {
        }

        proxy.FallSilent();
        var late = await FarmLock(slow, lease, TimeSpan.FromSeconds(0.3)).TryAcquireAsync();
        Assert.Null(late.Value);
        proxy.Speak();

        await using var client = await RedisClient.ConnectAsync(server);
        await Eventually.IsTrueAsync(
            async () =>
            {
                await using var taken = await CreateLock(another, lease).TryAcquireAsync(cancellationToken: Cancellation);
                return taken is not null;
            },
            "the lock is free");
    }

    private static RedisConnection Connect(string configuration) =>
        new(new SxtRedisOptions { Configuration = Times.Patiently(configuration) }, NoServices.Instance);

    private IDistributedLock CreateLock(RedisConnection connection, TimeSpan? lease = null) =>
        new RedisLockProvider(connection, lease ?? Lease).CreateLock(_name);

    private SessionLock FarmLock(RedisConnection connection, TimeSpan? lease = null, TimeSpan? storeTimeout = null)
    {
        var services = new ServiceCollection();
        services.AddSxt(options =>
        {
            options.UserId = "orders-service";
            options.Keys.Add(new() { File = "unused.pem" });
            options.StoreTimeout = storeTimeout ?? options.StoreTimeout;
        });
        var context = services.BuildServiceProvider().GetRequiredKeyedService<SessionContext>("");
        return new(context, new RedisLockProvider(connection, lease ?? Lease), _name);
    }
}
