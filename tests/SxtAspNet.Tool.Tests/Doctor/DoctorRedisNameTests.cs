using System.Text.Json.Nodes;

namespace SxtAspNet.Tool.Tests.Doctor;

/// <summary>Which Redis the doctor looks at. Either connection string has a mistake of its own, by which it says which one it read.</summary>
public class DoctorRedisNameTests
{
    [Fact]
    public async Task The_section_of_AddRedis_names_the_connection_string()
    {
        await using var app = await CreateAsync();

        (await app.ExamineAsync()).Has("redis", "wrong", "'pasword'");
        app.Settings["SxtRedis"]!["ConnectionStringName"] = "cache";
        (await app.ExamineAsync()).Has("redis", "wrong", "'usr'");
    }

    [Fact]
    public async Task A_section_of_another_name_does_too_and_the_option_wins()
    {
        await using var app = await CreateAsync();
        app.Settings["Shared"] = new JsonObject { ["ConnectionStringName"] = "cache" };

        (await app.ExamineAsync("--redis-section", "Shared")).Has("redis", "wrong", "'usr'");
        (await app.ExamineAsync("--redis-section", "Shared", "--redis", "redis")).Has("redis", "wrong", "'pasword'");
    }

    [Fact]
    public async Task A_name_in_the_section_without_a_connection_string_is_wrong_also_where_there_is_the_usual_one()
    {
        await using var app = await CreateAsync();
        app.Settings["SxtRedis"]!["ConnectionStringName"] = "orders";

        (await app.ExamineAsync())
            .Has("redis", "wrong", "There is no connection string 'orders' (SxtRedis:ConnectionStringName).", "ConnectionStrings")
            .HasNoOtherTroubleThan("redis");
    }

    [Fact]
    public async Task A_connection_in_the_section_has_no_effect_and_is_not_quoted()
    {
        await using var app = await CreateAsync();
        app.Settings["SxtRedis"]!["Configuration"] = "127.0.0.1:3,password=topsecret";

        var report = await app.ExamineAsync();

        report.Has("redis", "wrong", "'SxtRedis:Configuration' is not a setting", "are: ConnectionStringName,").Has("redis", "wrong", "'pasword'");
        Assert.DoesNotContain("topsecret", report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_section_is_told_without_a_connection_too()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Settings["SxtRedis"]!["ConectionStringName"] = "cache";

        (await app.ExamineAsync()).Has("redis", "wrong", "did you mean ConnectionStringName?").HasNoOtherTroubleThan("redis");
    }

    private static async Task<PatientApp> CreateAsync()
    {
        var app = await PatientApp.CreateWithoutServerAsync("127.0.0.1:1,pasword=x");
        app.Settings["ConnectionStrings"]!["cache"] = "127.0.0.1:1,usr=x";
        return app;
    }
}
