using System.Text.Json.Nodes;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.Tool.Tests.Doctor;

/// <summary>A farm's Redis in each kind of trouble that docs/redis.md and docs/farm.md name.</summary>
public class DoctorRedisTests(Servers servers)
{
    [Theory]
    [EachServer]
    public async Task A_sound_farm_is_ok(ServerKind kind)
    {
        await using var app = await PatientApp.CreateAsync((await servers.UseAsync(kind)).Configuration);
        await app.StartSharingAsync();
        await app.StartSharingAsync();

        PatientApp.Report report = null!;
        await Eventually.IsTrueAsync(
            async () => (report = await app.ExamineAsync()).Listeners == 2, "both instances listen", () => "");

        report.Has("redis", "ok", "a read takes")
            .Has("redis", "ok", kind is ServerKind.Garnet ? "Garnet 2." : "Redis 7.")
            .Has("redis", "ok", "may do all that is needed")
            .Has("record", "ok", "generation 1", "sealed with file", app.Account.KeyFile, "the token works for")
            .Has("note", "ok", "no instance")
            .Has("instances", "ok", "2 listen")
            .Has("lock", "ok", "nobody holds it")
            .HasNoOtherTroubleThan();
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Theory]
    [InlineData("cluster")]
    [InlineData("sentinel")]
    public async Task A_sound_farm_on_several_servers_is_ok(string kind)
    {
        await using var redis = kind == "cluster" ? await RealRedis.StartClusterAsync() : await RealRedis.StartSentinelAsync();
        await using var app = await PatientApp.CreateAsync(redis.Configuration);
        for (var instance = 0; instance < 3; instance++)
        {
            await app.StartSharingAsync();
        }

        PatientApp.Report report = null!;
        await Eventually.IsTrueAsync(
            async () => (report = await app.ExamineAsync()).Listeners == 3, "all instances listen", () => "");

        report.Has("redis", "ok", "may do all that is needed").Has("record", "ok").Has("instances", "ok", "3 listen").HasNoOtherTroubleThan();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        await using var app = await PatientApp.CreateWithoutServerAsync("127.0.0.1:1");

        (await app.ExamineAsync()).Has("redis", "wrong", "There is no connection to Redis at 127.0.0.1:1", "AddRedis").HasNoOtherTroubleThan("redis");
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_is_told()
    {
        await using var app = await PatientApp.CreateWithoutServerAsync("no-such-redis.invalid:6379");

        (await app.ExamineAsync()).Has("redis", "wrong", "no-such-redis.invalid:6379 (Name or service not known)").HasNoOtherTroubleThan("redis");
    }

    [Fact]
    public async Task A_wrong_word_in_the_connection_string_is_named()
    {
        await using var app = await PatientApp.CreateWithoutServerAsync("127.0.0.1:1,pasword=topsecret");

        (await app.ExamineAsync()).Has("redis", "wrong", "'pasword'", "did you mean 'password'?").HasNoOtherTroubleThan("redis");
    }

    [Fact]
    public async Task A_connection_string_that_is_not_there_is_named()
    {
        await using var app = await PatientApp.CreateAsync();

        (await app.ExamineAsync("--redis", "cache")).Has("redis", "wrong", "no connection string 'cache'").HasNoOtherTroubleThan("redis");
    }

    [Fact]
    public async Task A_refused_password_is_told()
    {
        await using var server = await Servers.StartAsync(ServerKind.Redis);
        await using var admin = await RedisClient.ConnectAsync(server);
        await admin.ConfigureAsync("requirepass", "secret");
        await using var app = await PatientApp.CreateAsync($"{server.Configuration},password=wrong");

        (await app.ExamineAsync()).Has("redis", "wrong", "refuses the user or the password").HasNoOtherTroubleThan("redis");
    }

    [Fact]
    public async Task A_replica_takes_no_writes()
    {
        await using var server = await Servers.StartAsync(ServerKind.Redis);
        await using var admin = await RedisClient.ConnectAsync(server);
        await admin.Database.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        await using var app = await PatientApp.CreateAsync(server.Configuration);

        (await app.ExamineAsync()).Has("redis", "wrong", "replica", "Connect to the master").Has("redis", "ok", "slave");
    }

    [Fact]
    public async Task A_server_that_drops_keys_when_it_is_full_is_warned_about()
    {
        await using var server = await Servers.StartAsync(ServerKind.Redis);
        await using var admin = await RedisClient.ConnectAsync(server);
        await admin.ConfigureAsync("maxmemory", "100mb");
        await admin.ConfigureAsync("maxmemory-policy", "allkeys-lru");
        await using var app = await PatientApp.CreateAsync(server.Configuration);

        (await app.ExamineAsync()).Has("redis", "warning", "allkeys-lru", "noeviction").HasNoOtherTroubleThan("redis", "instances");
    }

    [Fact]
    public async Task A_full_server_takes_no_writes()
    {
        await using var server = await Servers.StartAsync(ServerKind.Redis);
        await using var admin = await RedisClient.ConnectAsync(server);
        await admin.ConfigureAsync("maxmemory", "1mb");
        await using var app = await PatientApp.CreateAsync(server.Configuration);

        (await app.ExamineAsync()).Has("redis", "wrong", "OOM", "Make room");
    }

    [Fact]
    public async Task A_lock_that_never_ends_is_told()
    {
        await using var app = await CreateAsync();
        await using var client = await ConnectAsync();
        await client.Database.StringSetAsync(app.RecordKey + ":lock", "nobody");

        (await app.ExamineAsync()).Has("lock", "wrong", "never ends", "Delete the key", app.Prefix).HasNoOtherTroubleThan("lock", "instances");
    }

    [Fact]
    public async Task A_lock_that_is_held_for_long_is_told_with_its_holder()
    {
        await using var app = await CreateAsync();
        await using var client = await ConnectAsync();
        await client.Database.StringSetAsync(app.RecordKey + ":lock", "web-3_4711_0123456789abcdef", TimeSpan.FromMinutes(2));

        (await app.ExamineAsync()).Has("lock", "warning", "at least", "machine web-3, process 4711").HasNoOtherTroubleThan("lock", "instances");
    }

    [Fact]
    public async Task A_record_of_another_key_is_explained()
    {
        await using var app = await CreateAsync();
        app.Folder.WriteNewKey("other.pem");
        await app.StartSharingAsync();
        app.Sxt["Keys"]![0]!["File"] = "other.pem";

        (await app.ExamineAsync()).Has("record", "wrong", "sealed with a key that is not configured here", "the same Keys").HasNoOtherTroubleThan("record");
    }

    [Fact]
    public async Task During_a_rotation_the_record_is_of_the_other_key()
    {
        await using var app = await CreateAsync();
        app.Folder.WriteNewKey("new.pem");
        await app.StartSharingAsync();
        app.Sxt["Keys"]!.AsArray().Insert(0, new JsonObject { ["File"] = "new.pem" });

        (await app.ExamineAsync()).Has("record", "ok", "sealed with file", app.Account.KeyFile).HasNoOtherTroubleThan();
    }

    [Fact]
    public async Task What_is_no_record_is_told()
    {
        await using var app = await CreateAsync();
        await using var client = await ConnectAsync();
        await client.Database.StringSetAsync(app.RecordKey, "rubbish");

        (await app.ExamineAsync()).Has("record", "wrong", "7 bytes", "none of this library", "delete that key").HasNoOtherTroubleThan("record", "instances");
    }

    [Fact]
    public async Task A_record_that_was_changed_is_told()
    {
        await using var app = await CreateAsync();
        await app.StartSharingAsync();
        await using var client = await ConnectAsync();
        var record = (await client.ReadAsync(app.RecordKey))!;
        record[^1] ^= 1;
        await client.Database.StringSetAsync(app.RecordKey, record);

        (await app.ExamineAsync()).Has("record", "wrong", "has been changed since").HasNoOtherTroubleThan("record");
    }

    [Fact]
    public async Task A_logout_is_told()
    {
        await using var app = await CreateAsync();
        var instance = await app.StartSharingAsync();
        await instance.Session.LogoutAsync(TestContext.Current.CancellationToken);

        (await app.ExamineAsync()).Has("record", "note", "logged out").HasNoOtherTroubleThan();
    }

    [Fact]
    public async Task A_failed_renewal_has_left_word()
    {
        await using var app = await CreateAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Challenge));
        var instance = await app.StartInstanceAsync();
        await Eventually.IsTrueAsync(() => instance.Status.Failures > 0, "the login fails");

        (await app.ExamineAsync()).Has("note", "warning", "GatewayUnreachable").HasNoOtherTroubleThan("note", "instances");
    }

    [Fact]
    public async Task Records_of_other_users_under_the_prefix_are_counted()
    {
        await using var app = await CreateAsync();
        await app.StartSharingAsync();
        app.Sxt["UserId"] = "somebody-else";
        app.Gateway.AddUser("somebody-else", Convert.FromBase64String(SxtAspNet.Tests.Keys.KeyVectors.PublicKeyBase64));

        (await app.ExamineAsync()).Has("record", "note", "There is none", "There are 1 of another gateway, user").HasNoOtherTroubleThan("instances");
    }

    private async Task<PatientApp> CreateAsync() => await PatientApp.CreateAsync((await servers.UseAsync(ServerKind.Redis)).Configuration);

    private async Task<RedisClient> ConnectAsync() => await RedisClient.ConnectAsync(await servers.UseAsync(ServerKind.Redis));
}
