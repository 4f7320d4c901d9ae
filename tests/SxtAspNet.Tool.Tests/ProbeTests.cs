using System.Text.Json;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

/// <summary>The probe against the emulator over HTTP, in each position of its switches.</summary>
public sealed class ProbeTests
{
    public static TheoryData<string, string, string> Switches => new()
    {
        // Switch and position as a profile has them; the finding that shows it, and what it is then.
        { """{}""", "refreshTokenReuse", "no" },
        { """{"allowRefreshTokenReuse":true}""", "refreshTokenReuse", "yes" },
        { """{}""", "reuseEndsSession", "yes" },
        { """{"reusedRefreshTokenEndsSession":false}""", "reuseEndsSession", "no" },
        { """{}""", "oldAccessToken", "no" },
        { """{"oldAccessTokensSurviveRefresh":true}""", "oldAccessToken", "yes" },
        { """{}""", "sessionEnd", "yes" },
        { """{"refreshExtendsSession":true}""", "sessionEnd", "no, it moves on" },
        { """{"refreshExtendsSession":true,"sendSessionExpires":false}""", "sessionEnd", "no, it moves on" },
        { """{}""", "loginEndsOthers", "no" },
        { """{"loginEndsOtherSessions":true}""", "loginEndsOthers", "yes" },
        { """{}""", "logoutEndsAll", "yes" },
        { """{"logoutEndsAllSessions":false}""", "logoutEndsAll", "no" },
        { """{}""", "challengeReuse", "yes" },
        { """{"allowChallengeReuse":true}""", "challengeReuse", "no, it gives another session" },
        { """{"allowChallengeReuse":true,"loginEndsOtherSessions":true}""", "loginEndsOthers", "yes" },
        { """{}""", "goodToken", "200, JSON object with userId" },
        { """{}""", "deadToken", "401, empty body" },
        { """{"refusedTokenStatus":200}""", "deadToken", "200, empty body" },
        { """{"refusedTokenStatus":200}""", "nonsenseToken", "200, empty body" },
        { """{"refusedTokenHasBody":true}""", "deadToken", "401, JSON object with title, status, detail" },
        { """{}""", "accessTokenLifetime", "00:25:00, as documented" },
        { """{"accessTokenLifetime":"00:10:00"}""", "accessTokenLifetime", "00:10:00 instead of the documented 00:25:00" },
        { """{}""", "refreshTokenLifetime", "00:30:00, as documented" },
        { """{"refreshTokenLifetime":"01:00:00"}""", "refreshTokenLifetime", "01:00:00 instead of the documented 00:30:00" },
        { """{}""", "sessionLifetime", "1.00:00:00, as documented" },
        { """{"sessionLifetime":"02:00:00"}""", "sessionLifetime", "02:00:00 instead of the documented 1.00:00:00" },
        { """{}""", "sessionEndTold", "yes" },
        { """{"sendSessionExpires":false}""", "sessionEndTold", "no" },
        { """{}""", "date", "yes" },
        { """{"sendDate":false}""", "date", "no" },
        { """{}""", "clock", "not at all, within a second" },
        { """{"clockOffset":"00:05:00"}""", "clock", "about 300 s ahead" },
        { """{"clockOffset":"-00:05:00"}""", "clock", "about 300 s behind" },
        { """{}""", "unknownMembers", "none" },
        { """{"additionalMembers":["region"]}""", "unknownMembers", "region" },
        { """{}""", "tooManyRequests", "not found out" },
    };

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task It_finds_each_switch_and_writes_a_profile_that_has_it(string settings, string finding, string answer)
    {
        using var folder = new KeyFolder();
        var options = SxtGatewayEmulatorOptions.Load(folder.Write("settings.json", settings));
        await using var account = await TestAccount.StartAsync(options);

        var found = (await account.RunAsync("probe", "--yes", "--json", "--profile", folder.At("profile.json"))).Succeeded();

        Assert.Equal(answer, AnswerTo(found.ReadJson(), finding));
        Assert.Equal(Save(options), Save(SxtGatewayEmulatorOptions.Load(folder.At("profile.json"))));
        Assert.InRange(account.Gateway.Calls.All.Count, 10, 29);
    }

    [Fact]
    public async Task It_stops_at_the_first_429_and_tells_how_it_was_said()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Answer(429, "slow down", kind: SxtGatewayCallKind.Refresh));

        var found = await account.RunAsync("probe", "--yes", "--json");

        Assert.Equal(1, found.ExitCode);
        Assert.Contains("The probe stopped before the end: /v1/auth/refresh was answered 429.", found.Error, StringComparison.Ordinal);
        Assert.StartsWith("429, ", AnswerTo(found.ReadJson(), "tooManyRequests"), StringComparison.Ordinal);
        Assert.Equal("not found out", AnswerTo(found.ReadJson(), "loginEndsOthers"));
        Assert.Equal(SxtGatewayCallKind.Refresh, account.Gateway.Calls.All[^1].Kind);
        Assert.Equal(1, account.Gateway.Calls.Count(SxtGatewayCallKind.Refresh));
    }

    [Theory]
    [InlineData("report.md", "| May a refresh token be used twice? | no | sure | second use: 401, JSON object with title, status, detail |")]
    [InlineData("report.json", "\"id\": \"refreshTokenReuse\"")]
    public async Task It_writes_a_report_that_names_no_user_and_holds_no_token(string name, string line)
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("probe", "--yes", "--report", account.Folder.At(name))).Succeeded();

        var report = await File.ReadAllTextAsync(account.Folder.At(name), TestContext.Current.CancellationToken);
        Assert.Contains(line, report, StringComparison.Ordinal);
        Assert.DoesNotContain(account.UserId, report, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_and_without_yes_it_asks_nothing()
    {
        await using var account = await TestAccount.StartAsync();

        (await ToolProcess.RunRedirectedAsync("</dev/null", ["probe", .. account.Options]))
            .FailedWith("ends all sessions of 'orders-service'", "--yes");

        Assert.Empty(account.Gateway.Calls.All);
    }

    [Theory]
    [InlineData("--report", "there.md")]
    [InlineData("--profile", "there.json")]
    public async Task A_file_that_is_there_is_refused_before_anything_is_asked(string option, string name)
    {
        await using var account = await TestAccount.StartAsync();
        var file = account.Folder.Write(name, "mine");

        (await account.RunAsync("probe", "--yes", option, file)).FailedWith("exists and was left as it is");

        Assert.Empty(account.Gateway.Calls.All);
    }

    [Theory]
    [InlineData("--report", "none/report.md")]
    [InlineData("--profile", "none/profile.json")]
    public async Task A_directory_that_is_not_there_is_refused_before_anything_is_asked(string option, string name)
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("probe", "--yes", option, account.Folder.At(name))).FailedWith("its directory does not exist", "Nothing was asked.");

        Assert.Empty(account.Gateway.Calls.All);
    }

    [Fact]
    public async Task What_one_file_does_not_take_the_other_and_stdout_have()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.Calls.Completed += call => account.Folder.Write("report.md", "in the way");

        var found = await account.RunAsync("probe", "--yes", "--json", "--report", account.Folder.At("report.md"), "--profile", account.Folder.At("p.json"));

        Assert.Equal(1, found.ExitCode);
        Assert.Contains("report.md' exists", found.Error, StringComparison.Ordinal);
        Assert.Equal("no", AnswerTo(found.ReadJson(), "refreshTokenReuse"));
        Assert.True(File.Exists(account.Folder.At("p.json")));
    }

    [Fact]
    public async Task One_file_is_not_both_report_and_profile()
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("probe", "--yes", "--report", "one.json", "--profile", "./one.json")).EndedWith(2, "name the same file");
    }

    [Fact]
    public async Task A_report_of_another_kind_is_refused()
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("probe", "--yes", "--report", "report.txt")).EndedWith(2, "--report takes a file whose name ends with .md");
    }

    [Fact]
    public async Task A_key_that_is_refused_ends_it_with_what_was_answered()
    {
        await using var account = await TestAccount.StartAsync();
        var (other, _) = account.Folder.WriteNewKey("other.pem");

        (await Sxt.RunAsync("probe", "--yes", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", account.UserId, "--key", other))
            .FailedWith("The login was answered with 401", "dotnet sxt login");
    }

    [Fact]
    public async Task A_gateway_that_can_t_be_reached_stops_it()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.DropAfter(kind: SxtGatewayCallKind.Refresh));

        var found = await account.RunAsync("probe", "--yes");

        Assert.Equal(1, found.ExitCode);
        Assert.Contains("/v1/auth/refresh got no answer", found.Error, StringComparison.Ordinal);
        Assert.Equal(1, account.Gateway.Calls.Count(SxtGatewayCallKind.Refresh));
    }

    [Theory]
    [InlineData(SxtGatewayCallKind.Challenge)]
    [InlineData(SxtGatewayCallKind.Token)]
    public async Task A_later_login_that_fails_stops_it_with_what_was_found_until_then(SxtGatewayCallKind kind)
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.Calls.Completed += call =>
        {
            if (call.Kind is SxtGatewayCallKind.Refresh)
            {
                account.Gateway.ClearFaults();
                account.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: kind));
            }
        };

        var found = await account.RunAsync("probe", "--yes", "--json", "--report", account.Folder.At("r.md"), "--profile", account.Folder.At("p.json"));

        Assert.Equal(1, found.ExitCode);
        Assert.Contains("The probe stopped before the end: a further login was answered 503", found.Error, StringComparison.Ordinal);
        Assert.Equal("no", AnswerTo(found.ReadJson(), "refreshTokenReuse"));
        Assert.Equal("not found out", AnswerTo(found.ReadJson(), "loginEndsOthers"));
        Assert.True(File.Exists(account.Folder.At("r.md")) && File.Exists(account.Folder.At("p.json")));
    }

    [Fact]
    public async Task A_used_challenge_that_ends_sessions_spoils_no_other_answer()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.Calls.Completed += call =>
        {
            if (call is { Kind: SxtGatewayCallKind.Token, Status: 401 })
            {
                account.Gateway.RevokeSessions(account.UserId);
            }
        };

        var found = (await account.RunAsync("probe", "--yes", "--json")).Succeeded().ReadJson();

        Assert.Equal("200, JSON object with userId", AnswerTo(found, "goodToken"));
        Assert.Equal("no", AnswerTo(found, "refreshTokenReuse"));
        Assert.Equal("yes", AnswerTo(found, "challengeReuse"));
    }

    [Fact]
    public async Task A_token_check_that_refuses_good_tokens_answers_nothing_and_sets_nothing_in_the_profile()
    {
        await using var account = await TestAccount.StartAsync(new() { OldAccessTokensSurviveRefresh = true });
        account.Gateway.InjectFault(SxtGatewayFault.Status(401, kind: SxtGatewayCallKind.ValidToken));

        var found = (await account.RunAsync("probe", "--yes", "--json", "--profile", account.Folder.At("p.json"))).Succeeded().ReadJson();

        Assert.All(
            ["oldAccessToken", "reuseEndsSession", "loginEndsOthers", "logoutEndsAll", "deadToken"],
            id => Assert.Equal(("not found out", "unknown"), (AnswerTo(found, id), Find(found, id).GetProperty("certainty").GetString())));
        var profile = SxtGatewayEmulatorOptions.Load(account.Folder.At("p.json"));
        var strict = new SxtGatewayEmulatorOptions();
        Assert.Equal(
            (strict.OldAccessTokensSurviveRefresh, strict.ReusedRefreshTokenEndsSession, strict.LoginEndsOtherSessions, strict.LogoutEndsAllSessions),
            (profile.OldAccessTokensSurviveRefresh, profile.ReusedRefreshTokenEndsSession, profile.LoginEndsOtherSessions, profile.LogoutEndsAllSessions));
    }

    [Fact]
    public async Task A_logout_that_fails_tells_nothing_about_other_sessions()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Logout));

        var found = (await account.RunAsync("probe", "--yes", "--json", "--profile", account.Folder.At("p.json"))).Succeeded().ReadJson();

        Assert.Equal("not found out", AnswerTo(found, "logoutEndsAll"));
        Assert.Equal("not found out", AnswerTo(found, "deadToken"));
        Assert.True(SxtGatewayEmulatorOptions.Load(account.Folder.At("p.json")).LogoutEndsAllSessions);
    }

    [Theory]
    [InlineData(null, "without a usable Retry-After")]
    [InlineData(7, "Retry-After: 7 s")]
    public async Task How_long_a_429_asks_to_wait_is_told(int? seconds, string expected)
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Status(
            429, kind: SxtGatewayCallKind.Refresh, retryAfter: seconds is null ? null : TimeSpan.FromSeconds(seconds.Value)));

        var found = await account.RunAsync("probe", "--yes", "--json");

        Assert.EndsWith(expected, AnswerTo(found.ReadJson(), "tooManyRequests"), StringComparison.Ordinal);
    }

    private static string AnswerTo(JsonElement report, string id) => Find(report, id).GetProperty("answer").GetString()!;

    private static JsonElement Find(JsonElement report, string id) => report.GetProperty("findings").EnumerateArray()
        .Single(finding => finding.GetProperty("id").GetString() == id);

    private static string Save(SxtGatewayEmulatorOptions options)
    {
        using var stream = new MemoryStream();
        options.Save(stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
