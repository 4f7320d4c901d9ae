using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests.Doctor;

/// <summary>What the doctor says of a Redis user that may do little.</summary>
public class DoctorRedisRightsTests
{
    [Fact]
    public async Task Each_right_that_is_missing_is_named()
    {
        await using var server = await AclServer.StartAsync([]);
        await using var app = await PatientApp.CreateAsync(server.Configuration);
        app.Settings["SxtRedis"]!["Prefix"] = "sxt:";
        var tried = AclServer.Needed.Where(right => right != "+echo").ToArray();
        foreach (var missing in tried)
        {
            await server.SetRightsAsync(AclServer.Advised.Where(right => right != missing));

            (await app.ExamineAsync()).Has("redis", "wrong", $"lacks the {(missing[0] is '+' ? "command" : missing[0] is '&' ? "channels" : "keys")}", missing, "docs/redis.md");
        }

        Assert.Equal(13, tried.Length);
    }

    [Fact]
    public async Task Without_echo_the_client_does_not_connect()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised.Where(right => right != "+echo"));
        await using var app = await PatientApp.CreateAsync(server.Configuration);

        (await app.ExamineAsync()).Has("redis", "wrong", "lacks the command +echo");
    }

    [Fact]
    public async Task The_rights_that_the_docs_name_are_enough()
    {
        await using var server = await AclServer.StartAsync(AclServer.Needed);
        await using var app = await PatientApp.CreateAsync(server.Configuration);
        app.Settings["SxtRedis"]!["Prefix"] = "sxt:";

        (await app.ExamineAsync())
            .Has("redis", "ok", "may do all that is needed")
            .Has("redis", "note", "+info")
            .Has("record", "note", "+scan")
            .Has("instances", "note", "+pubsub|numsub")
            .HasNoOtherTroubleThan();
    }

    [Fact]
    public async Task With_the_rights_that_the_docs_advise_it_tells_all()
    {
        await using var server = await AclServer.StartAsync(AclServer.Advised);
        await using var app = await CreateWithEndlessLockAsync(server);

        var report = await app.ExamineAsync();

        report.Has("lock", "wrong", "never ends").Has("record", "note", "There is none").Has("instances", "warning", "None listens");
        Assert.DoesNotContain("lacks", report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_right_that_only_the_doctor_needs_it_names_that_right()
    {
        await using var server = await AclServer.StartAsync(AclServer.Needed);
        await using var app = await CreateWithEndlessLockAsync(server);

        (await app.ExamineAsync())
            .Has("lock", "note", "lacks the command +pttl", "docs/redis.md")
            .Has("lock", "warning", "at least")
            .HasNoOtherTroubleThan("lock");
    }

    private static async Task<PatientApp> CreateWithEndlessLockAsync(AclServer server)
    {
        var app = await PatientApp.CreateAsync(server.Configuration);
        app.Settings["SxtRedis"]!["Prefix"] = "sxt:";
        await using var client = await RedisClient.ConnectAsync(server.Configuration);
        await client.Database.StringSetAsync(app.RecordKey + ":lock", "nobody");
        return app;
    }
}
