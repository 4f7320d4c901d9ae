using System.Text.Json;
using SxtAspNet.Farm.Tests.Infrastructure;
using SxtAspNet.Redis.Tests.Infrastructure;
using WebFarm.Processes;

namespace SxtAspNet.Farm.Tests;

/// <summary>The farm as whoever runs it in a pipeline sees it.</summary>
[Collection(nameof(Exclusive))]
public sealed class ProgramTests
{
    [Fact]
    public async Task A_check_ends_with_exit_code_0_and_its_result_as_JSON()
    {
        await using var program = new FarmProgram("--check", "--seconds", "10", "--chaos", "none", "--instances", "2", "--rate", "10", "--cold-starts", "1");

        var output = await program.Output;

        Assert.True(await program.WaitAsync() == 0, output);
        Assert.StartsWith("PASS: ", output.TrimEnd().Split('\n')[^2], StringComparison.Ordinal);
        using var result = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        var members = result.RootElement.EnumerateObject().Select(member => member.Name);
        string[] documented =
        [
            "verdict", "reasons", "instances", "seconds", "ratePerInstance", "gateway", "requests", "failed", "cutOff", "stalled",
            "replayed", "logins", "loginBound", "refreshes", "reusedRefreshTokens", "expiredTokensPresented", "latencyMs",
            "longestDelayMs", "delayedOver100Ms", "loginsPerGeneration", "recoveryMs", "renewals", "coldStarts", "coldStartRatio", "chaos",
            "finalGeneration", "unexpectedEnds", "resources", "warnings",
        ];
        Assert.Empty(documented.Except(members));
        Assert.Equal("pass", result.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(2, result.RootElement.GetProperty("instances").GetInt32());
        Assert.NotEqual(0, result.RootElement.GetProperty("requests").GetInt32());
        Assert.Equal(0, result.RootElement.GetProperty("failed").GetInt32());
    }

    [Theory]
    [InlineData("api-key")]
    [InlineData("pkcs11")]
    public async Task A_farm_logs_in_with_an_API_key_and_with_a_key_in_a_device(string credential)
    {
        Assert.SkipWhen(credential == "pkcs11" && !File.Exists("/usr/lib/softhsm/libsofthsm2.so"), "SoftHSM 2 is not installed (Debian: softhsm2).");

        var result = await CheckAsync("none", "--seconds", "18", "--cold-starts", "0", "--credential", credential);

        // Not the verdict: on a busy machine a start may miss the cache, which costs logins with any credential. That all end on one
        // generation shows that they share.
        Assert.Equal(credential, result.GetProperty("credential").GetString());
        Assert.Equal(0, result.GetProperty("failed").GetInt32());
        Assert.NotEqual(JsonValueKind.Null, result.GetProperty("finalGeneration").ValueKind);
        Assert.Equal(credential == "pkcs11", result.GetProperty("refreshes").GetInt32() > 0);
    }

    [Fact]
    public async Task While_nobody_can_have_the_lock_no_request_fails()
    {
        var result = await CheckAsync("lock", "--seconds", "30", "--cold-starts", "1");

        Assert.Equal(1, result.GetProperty("chaos").GetProperty("lock").GetInt32());
        Assert.Equal(0, result.GetProperty("failed").GetInt32());

        // At most one for each instance and generation. The lock is held from two seconds after the start on, and for as long
        // as three tokens live; the farm is warm then.
        // Not the verdict: it holds each request to 100 ms, which a busy machine exceeds by itself.
        Assert.InRange(result.GetProperty("loginsPerGeneration").GetDouble(), 0, 3);
    }

    [Fact]
    public async Task While_the_cache_accepts_and_never_answers_no_request_fails()
    {
        var result = await CheckAsync("silence", "--seconds", "20", "--cold-starts", "0");

        Assert.NotEqual(0, result.GetProperty("chaos").GetProperty("silence").GetInt32());
        Assert.Equal(0, result.GetProperty("failed").GetInt32());
        Assert.Equal("pass", result.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task With_all_faults_each_kind_is_made_and_announced_or_there_is_a_warning()
    {
        await using var program = new FarmProgram("--check", "--seconds", "30", "--chaos", "all", "--instances", "3", "--rate", "10", "--cold-starts", "0");

        var output = await program.Output;

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        using var result = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        var warnings = result.RootElement.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!).ToArray();
        (string Kind, string Announcement)[] kinds =
        [
            ("kill", " was killed"), ("pause", " was paused"), ("cache", "the cache was stopped"), ("silence", "the cache fell silent"),
            ("gateway", "the gateway "), ("lock", "the cache let nobody have the lock"),
        ];
        Assert.All(kinds, expected =>
        {
            var isMade = result.RootElement.GetProperty("chaos").GetProperty(expected.Kind).GetInt32() > 0;
            Assert.True(isMade || warnings.Any(warning => warning.Contains($"of the kind {expected.Kind}:", StringComparison.Ordinal)), output);
            Assert.True(!isMade || output.Contains(expected.Announcement, StringComparison.Ordinal), output);
        });
        Assert.Matches("^(PASS|FAIL): ", output.TrimEnd().Split('\n')[^2]);
    }

    [Fact]
    public async Task A_fault_that_could_not_be_made_is_a_warning()
    {
        await using var redis = await RedisServer.StartGarnetAsync(TestContext.Current.CancellationToken);

        var result = await CheckAsync("lock", "--seconds", "1", "--cold-starts", "0", "--redis", redis.Configuration);

        Assert.Contains("lock", Assert.Single(result.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_farm_that_is_killed_leaves_no_process()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no ps, which tells who started whom.");
        await using var program = new FarmProgram("--check", "--seconds", "600", "--instances", "2", "--rate", "1", "--cold-starts", "0");
        IReadOnlyDictionary<int, string> started = new Dictionary<int, string>();
        await Eventually.IsTrueAsync(
            async () =>
            {
                started = await program.FindDescendantsAsync();
                return started.Values.Count(command => command.Contains("WebApi.dll", StringComparison.Ordinal)) == 2
                    && started.Values.Any(command => command.Contains("--lua", StringComparison.Ordinal));
            },
            "the cache and both instances are started",
            () => string.Join(Environment.NewLine, started.Values));

        program.Kill();

        IReadOnlyDictionary<int, string> left = started;
        await Eventually.IsTrueAsync(
            async () => (left = await FarmProgram.FindLeftAsync(started)).Count == 0,
            "all processes are gone",
            () => string.Join(Environment.NewLine, left.Values));
    }

    private static async Task<JsonElement> CheckAsync(string chaos, params string[] options)
    {
        await using var program = new FarmProgram(["--check", "--chaos", chaos, "--instances", "3", "--rate", "10", .. options]);
        var output = await program.Output;
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        using var result = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        return result.RootElement.Clone();
    }
}
