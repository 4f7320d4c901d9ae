using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

/// <summary>What others can do to the record in Redis, and what it tells them.</summary>
public class RecordTests(Servers servers)
{
    private const int RecordUnreadable = 1403;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachServer]
    public async Task A_record_that_was_deleted_is_put_back(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(2, server.Configuration, Times.PollingOften);
        var key = await client.RecordKeyAsync(farm.Prefix);

        await client.Database.KeyDeleteAsync(key);

        await Eventually.IsTrueAsync(() => client.Database.KeyExistsAsync(key), "the record is back");
        await farm.StartAsync(1, server.Configuration);
        Assert.Equal(1, farm.Grants);
    }

    [Theory, EachServer]
    public async Task An_old_record_that_was_put_back_is_replaced_by_the_present_one(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(2, server.Configuration, Times.PollingOften);
        var key = await client.RecordKeyAsync(farm.Prefix);
        var old = await client.ReadAsync(key);
        await farm.Owner.Session.RenewAsync(Cancellation);
        var generation = farm.Owner.Status.Generation;
        await farm.IsOnOneGenerationAsync(current => current == generation);

        await client.Database.StringSetAsync(key, old, TimeSpan.FromMinutes(1));

        await Eventually.IsTrueAsync(async () => !Enumerable.SequenceEqual(old!, (await client.ReadAsync(key))!), "the record is replaced");
        await farm.StartAsync(1, server.Configuration);
        Assert.All(farm.Instances, instance => Assert.Equal(generation, instance.Status.Generation));
        await farm.QueryAllAsync();
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
    }

    [Theory, EachServer]
    public async Task Garbage_is_reported_and_left_alone_and_requests_go_on(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(2, server.Configuration, Times.PollingOften);
        var key = await client.RecordKeyAsync(farm.Prefix);
        await using var traffic = Traffic.Start(farm);
        foreach (var garbage in (byte[][])[[], [0], RandomNumberGenerator.GetBytes(300), [1, .. RandomNumberGenerator.GetBytes(300)]])
        {
            await client.Database.StringSetAsync(key, garbage, TimeSpan.FromMinutes(10));
            await farm.IsDegradedAsync();
            await Task.WhenAll(farm.Instances.Select(instance => instance.Session.RenewAsync(Cancellation)));

            Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionMode.Private, instance.Status.Mode));
            Assert.All(farm.Instances, instance => Assert.True(instance.HasLogged(RecordUnreadable)));
            Assert.Equal(garbage, await client.ReadAsync(key));
            await client.Database.KeyDeleteAsync(key);
            await farm.IsOnOneGenerationAsync();
        }

        await traffic.StopAsync();
    }

    [Theory, EachServer]
    public async Task A_value_of_another_type_is_left_alone_and_requests_go_on(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(2, server.Configuration, Times.PollingOften);
        var key = await client.RecordKeyAsync(farm.Prefix);

        // At once: a record that was only deleted may be back before the other value is there.
        await client.Database.HyperLogLogAddAsync(farm.Prefix + "other", "value");
        await client.Database.KeyRenameAsync(farm.Prefix + "other", key);

        await farm.IsDegradedAsync();
        await farm.QueryAllAsync();
        await client.Database.KeyDeleteAsync(key);
        await farm.IsOnOneGenerationAsync();
        Assert.Equal(1, farm.Grants);
    }

    [Theory, EachServer]
    public async Task A_record_sealed_with_a_key_that_is_not_configured_here_is_reported_and_left_alone(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(1, server.Configuration, Times.PollingOften);
        var record = await client.ReadAsync(await client.RecordKeyAsync(farm.Prefix));
        var otherKey = new SharedKey();
        farm.AddUser(farm.User, otherKey);

        var stranger = farm.Add(server.Configuration, Times.PollingOften, key: otherKey);
        await stranger.StartAsync();
        await farm.QueryAllAsync(each: 10);

        Assert.Equal(SxtSessionMode.Private, stranger.Status.Mode);
        Assert.Equal(SxtSessionState.Degraded, stranger.Status.State);
        Assert.True(stranger.HasLogged(RecordUnreadable));
        Assert.Equal(record, await client.ReadAsync(await client.RecordKeyAsync(farm.Prefix)));
        Assert.Equal(SxtSessionState.Active, farm.Instances[0].Status.State);
        Assert.Equal(2, farm.Logins);
    }

    [Theory, EachServer]
    public async Task Nothing_in_redis_can_be_read_and_the_refresh_token_is_not_there_at_all(ServerKind kind)
    {
        // A server of its own: all of its keys are looked at.
        await using var server = await Servers.StartAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(3, server.Configuration);
        await farm.Owner.Session.RenewAsync(Cancellation);
        await farm.IsOnOneGenerationAsync();
        Assert.Equal(2, farm.Tokens.Access.Count);
        Assert.Equal(2, farm.Tokens.Refresh.Count);

        var keys = await client.KeysAsync("");
        Assert.NotEmpty(keys);
        foreach (var key in keys)
        {
            Assert.DoesNotContain(farm.User, key, StringComparison.OrdinalIgnoreCase);
            if (await client.ReadAsync(key) is not { } value)
            {
                // The lock, released meanwhile.
                continue;
            }

            foreach (var secret in farm.Tokens.Access.Concat(farm.Tokens.Refresh).Append(farm.User))
            {
                Assert.Equal(-1, value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));

                // Nor a part of it, nor another writing of it.
                Assert.Equal(-1, value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret[^16..])));
                Assert.Equal(-1, value.AsSpan().IndexOf(Encoding.Unicode.GetBytes(secret[^16..])));
                Assert.Equal(-1, value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(secret[..12])))));
            }

            // Long enough for one session and not for two.
            Assert.InRange(value.Length, 1, farm.Tokens.Access.Max(token => token.Length) + 250);
        }
    }

    [Theory, EachServer]
    public async Task The_record_ends_soon_after_its_token(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var client = await RedisClient.ConnectAsync(server);
        await using var farm = new Farm();
        await farm.StartAsync(1, server.Configuration);

        var rest = await client.Database.KeyTimeToLiveAsync(await client.RecordKeyAsync(farm.Prefix));

        Assert.InRange(rest!.Value, TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(30.5));
    }
}
