using System.Diagnostics;
using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

/// <summary>What a Redis user has to be allowed, and what is said where it is not.</summary>
public class AclTests
{
    private const string Prefix = "sxt:";

    private readonly string _name = $"{Prefix}test-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_farm_shares_with_the_rights_that_the_docs_name(bool withAdvised)
    {
        await using var server = await AclServer.StartAsync(withAdvised ? AclServer.Advised : AclServer.Needed);
        await using var farm = new Farm(Times.ShortLived());

        // What the client does each minute, it does each second here.
        AddTo(farm, server, Times.Short, ",keepAlive=1,configCheckSeconds=1");
        await StartAsync(farm);
        await using var traffic = Traffic.Start(farm);

        await Eventually.IsTrueAsync(() => traffic.Generations.Count >= 3, "the session is renewed twice", farm.Describe);
        await traffic.StopAsync();

        Assert.Equal(1, farm.Logins);
        Assert.DoesNotContain(
            farm.Instances, instance => instance.HasLogged(1401) || instance.HasLogged(1406) || instance.HasLogged(1407) || instance.HasLogged(1420));
    }

    [Fact]
    public async Task Nothing_is_refused_where_the_client_is_told_to_keep_to_our_names()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised);
        await using var farm = new Farm();
        for (var index = 0; index < 2; index++)
        {
            farm.Add(server.Configuration + ",tiebreaker=,configChannel=", redis: redis => redis.Prefix = Prefix);
        }

        await StartAsync(farm);

        Assert.Equal(0, await server.CountRefusalsAsync());
    }

    [Theory]
    [InlineData("~sxt:*", "the keys ~sxt:*")]
    [InlineData("+getrange", "+getrange")]
    [InlineData("+exists", "+exists")]
    [InlineData("+set", "+set")]
    [InlineData("+get", "+get")]
    [InlineData("+del", "+del")]
    [InlineData("+eval", "+eval")]
    [InlineData("+echo", "+echo")]
    [InlineData("&sxt:*", "the channels &sxt:*")]
    [InlineData("+publish", "+publish")]
    [InlineData("+subscribe", "+subscribe")]
    public async Task A_right_that_is_missing_is_named_in_few_words(string missing, string named)
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised.Where(right => right != missing));
        await using var connection = new RedisConnection(new SxtRedisOptions { Configuration = server.Configuration }, NoServices.Instance);
        var store = new RedisSessionStore(connection);
        var notices = new RedisNotices(connection);
        (string What, Func<Task> Call)[] calls =
        [
            ("read", async () => await store.ReadAsync(_name, Cancellation)),
            ("replace", async () => await store.TryReplaceAsync(_name, expected: null, [1], TimeSpan.FromMinutes(1), Cancellation)),
            ("lock", async () => await (await new RedisLockProvider(connection, TimeSpan.FromSeconds(5))
                .CreateLock(_name + ":lock").TryAcquireAsync(cancellationToken: Cancellation))!.DisposeAsync()),
            ("subscribe", async () => await (await notices.SubscribeAsync(_name, () => { }, _ => { }, Cancellation)).DisposeAsync()),
            ("publish", async () => await notices.PublishAsync(_name, Cancellation)),
        ];

        var failures = new List<string>();
        foreach (var (_, call) in calls)
        {
            if (await Record.ExceptionAsync(call) is { } failure)
            {
                failures.Add(Assert.IsType<RedisUnavailableException>(failure).Message);
            }
        }

        Assert.NotEmpty(failures);
        Assert.All(failures, failure => Assert.InRange(failure.Length, 1, 160));
        Assert.All(failures, failure => Assert.Contains(named, failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_channels_the_farm_shares_by_polls()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised.Where(right => right != "&sxt:*"));
        await using var farm = new Farm(Times.ShortLived());
        AddTo(farm, server, Times.Short);
        await StartAsync(farm);
        await using var traffic = Traffic.Start(farm);

        await Eventually.IsTrueAsync(() => traffic.Generations.Count >= 3, "the session is renewed twice", farm.Describe);
        await traffic.StopAsync();

        Assert.Equal(1, farm.Logins);
        Assert.All(farm.Instances, instance => Assert.True(instance.HasLogged(1407)));
    }

    [Fact]
    public async Task A_right_to_notices_that_is_taken_away_is_told_and_used_again_once_it_is_back()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised);
        await using var farm = new Farm();
        AddTo(farm, server, Times.PollingOften);
        await StartAsync(farm);
        await Eventually.IsTrueAsync(async () => await server.CountSubscribersAsync() == 3, "all listen");

        await server.SetRightsAsync(AclServer.Advised.Where(right => right != "&sxt:*"));
        await Eventually.IsTrueAsync(
            () => farm.Instances.All(instance => instance.HasLogged(1407)), "all say that they get no notices", farm.Describe);
        await server.SetRightsAsync(AclServer.Advised);

        await Eventually.IsTrueAsync(async () => await server.CountSubscribersAsync() == 3, "all listen again");
    }

    [Fact]
    public async Task Without_scripts_nobody_waits_for_a_lock_that_nobody_can_release()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised.Where(right => right is not ("+eval" or "+evalsha")));
        await using var farm = new Farm();
        AddTo(farm, server, Times.PollingOften);

        var startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.QueryAllAsync(each: 10);

        // The lease is longer.
        Assert.InRange(Stopwatch.GetElapsedTime(startedAt), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await farm.IsDegradedAsync();
        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionMode.Private, instance.Status.Mode));
        Assert.All(farm.Instances, instance => Assert.Contains("+eval", instance.Status.FailureMessage, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("+del")]
    [InlineData("+pexpire")]
    public async Task A_lock_that_could_not_be_released_or_extended_is_not_taken(string missing)
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised.Where(right => right != missing));
        await using var connection = new RedisConnection(new SxtRedisOptions { Configuration = server.Configuration }, NoServices.Instance);
        var name = _name + ":lock";
        var provider = new RedisLockProvider(connection, TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<RedisUnavailableException>(
            async () => await provider.CreateLock(name).TryAcquireAsync(cancellationToken: Cancellation));

        Assert.Contains(missing, failure.Message, StringComparison.Ordinal);
        await server.SetRightsAsync(AclServer.Advised);
        await using var handle = await provider.CreateLock(name).TryAcquireAsync(cancellationToken: Cancellation);
        Assert.NotNull(handle);
    }

    private static void AddTo(Farm farm, AclServer server, Action<SxtOptions> options, string settings = "")
    {
        for (var index = 0; index < 3; index++)
        {
            farm.Add(server.Configuration + settings, options, redis => redis.Prefix = Prefix);
        }
    }

    private static async Task StartAsync(Farm farm)
    {
        await Task.WhenAll(farm.Instances.Select(instance => Task.Run(instance.StartAsync)));
        await farm.IsOnOneGenerationAsync();
    }
}
