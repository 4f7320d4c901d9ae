using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

/// <summary>The emulator as a program, for apps and tests in any language.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EmulatorTests : IDisposable
{
    private const string ApiKey = "sxt_0123456789abcdefghijklmnop";

    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_prints_its_address_and_each_call_that_reaches_it()
    {
        await using var emulator = await EmulatorProcess.StartAsync();

        (await LoginAsync(emulator, "orders-service")).Succeeded();
        using var client = new HttpClient { BaseAddress = emulator.Address };
        using var unknown = await client.GetAsync(new Uri("v2/discover/schema?scope=ALL", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("POST /v1/auth/code 200 orders-service", await emulator.ReadCallAsync());
        Assert.Equal("POST /v1/auth/token 200 orders-service", await emulator.ReadCallAsync());
        Assert.Equal("GET /v2/discover/schema 404", await emulator.ReadCallAsync());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_is_how_it_ends(string signal)
    {
        await using var emulator = await EmulatorProcess.StartAsync();

        var result = await emulator.StopAsync(signal);

        Assert.Empty(result.Succeeded().Error);
    }

    [Fact]
    public async Task What_it_prints_holds_no_secret()
    {
        await using var emulator = await EmulatorProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = emulator.Address };
        await using var another = new SxtGatewayEmulator();
        var token = another.IssueAccessToken("orders-service");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await LoginAsync(emulator, "orders-service")).Succeeded();

        using var query = await client.GetAsync(new Uri($"v1/auth/validtoken?token={token}", UriKind.Relative), TestContext.Current.CancellationToken);
        for (var call = 0; call < 3; call++)
        {
            await emulator.ReadCallAsync();
        }

        // The result itself holds that no output has a token, a key or a signature.
        (await emulator.StopAsync()).Succeeded();
    }

    [Fact]
    public async Task What_callers_send_can_t_steer_the_terminal()
    {
        await using var emulator = await EmulatorProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = emulator.Address };

        using var response = await client.PostAsJsonAsync("v1/auth/code", new { userId = "a\u001b[31m\nb" }, TestContext.Current.CancellationToken);

        Assert.Equal("POST /v1/auth/code 200 a?[31m?b", await emulator.ReadCallAsync());
    }

    [Fact]
    public async Task A_user_that_is_given_logs_in_with_its_keys_only()
    {
        var (other, publicKey) = _folder.WriteNewKey("other.pem");
        await using var emulator = await EmulatorProcess.StartAsync(
            "--user", $"reports={Convert.ToBase64String(publicKey)}", "--user", $"orders-service={PublicKeyBase64}");

        (await LoginAsync(emulator, "orders-service")).Succeeded();
        (await LoginAsync(emulator, "reports", other)).Succeeded();
        (await LoginAsync(emulator, "reports")).FailedWith("refused the signature");
    }

    [Fact]
    public async Task An_API_key_that_is_given_is_exchanged_for_a_token_of_its_user()
    {
        await using var emulator = await EmulatorProcess.StartAsync("--api-key", $"orders-service={ApiKey}");
        using var client = new HttpClient { BaseAddress = emulator.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "auth/apikey") { Headers = { { "apikey", ApiKey } } };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("POST /auth/apikey 200 orders-service", await emulator.ReadCallAsync());
    }

    [Fact]
    public async Task With_the_profile_of_a_gateway_a_probe_finds_that_gateway()
    {
        var profile = _folder.Write("gateway.json", """{"allowRefreshTokenReuse":true,"accessTokenLifetime":"00:10:00","refusedTokenStatus":200,"clockOffset":"00:05:00"}""");
        await using var emulator = await EmulatorProcess.StartAsync("--profile", profile);

        (await Sxt.RunAsync(
            "probe", "--yes", "--profile", _folder.At("found.json"),
            "--gateway", emulator.Address.ToString(), "--user", "orders-service", "--key", _folder.Write("sxt.pem", Pem))).Succeeded();

        Assert.Equal(Read(profile), Read(_folder.At("found.json")));

        static string Read(string file)
        {
            using var stream = new MemoryStream();
            SxtGatewayEmulatorOptions.Load(file).Save(stream);
            return System.Text.Encoding.UTF8.GetString(stream.ToArray());
        }
    }

    [Theory]
    [InlineData("""{"refusedTokenStatus":true}""", "is no profile of a gateway")]
    [InlineData(null, "can't be read")]
    public async Task A_profile_that_is_none_is_named(string? content, string problem)
    {
        var file = content is null ? _folder.At("none.json") : _folder.Write("gateway.json", content);

        (await Sxt.RunAsync("emulator", "--profile", file)).FailedWith(file, problem);
    }

    [Fact]
    public async Task It_takes_the_port_that_it_is_given_and_says_when_that_is_taken()
    {
        await using var emulator = await EmulatorProcess.StartAsync();
        var port = emulator.Address.Port.ToString(CultureInfo.InvariantCulture);

        (await Sxt.RunAsync("emulator", "--port", port)).FailedWith($"Port {port} can't be had, since another program has it; give another --port");

        (await emulator.StopAsync()).Succeeded();
        await using var next = await EmulatorProcess.StartAsync("--port", port);
        Assert.Equal(emulator.Address, next.Address);
    }

    [Fact]
    public async Task A_port_that_its_user_may_not_use_is_told_from_one_that_is_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux says which ports every user may use.");
        var free = await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_unprivileged_port_start", TestContext.Current.CancellationToken);
        Assert.SkipUnless(int.Parse(free, CultureInfo.InvariantCulture) > 443, "Every user may use port 443 here.");

        (await ToolProcess.RunUnprivilegedAsync("emulator", "--port", "443"))
            .FailedWith($"Port 443 can't be had, since the user '{Environment.UserName}' may not use it; give a --port above 1023");
    }

    [Fact]
    public async Task It_ends_when_its_reader_goes_away()
    {
        await using var emulator = await EmulatorProcess.StartAsync();

        (await emulator.LeaveAsync()).EndedWith(3, "can't be written to stdout");
    }

    [Fact]
    public async Task It_ends_when_nobody_can_read_it() =>
        (await ToolProcess.RunRedirectedAsync(">/dev/full", "emulator")).EndedWith(3, "can't be written to stdout");

    [Theory]
    [InlineData("--port takes a whole number from 1 to 65535", "--port", "0")]
    [InlineData("--port takes a whole number from 1 to 65535", "--port", "65536")]
    [InlineData("--port takes a whole number from 1 to 65535", "--port", "http")]
    [InlineData("--user takes ID=PUBKEY", "--user", "orders-service")]
    [InlineData("--user takes ID=PUBKEY", "--user", "orders-service=AAAA")]
    [InlineData("--user takes ID=PUBKEY", "--user", "orders-service=" + PairBase64)]
    [InlineData("--user is missing", "--user", "=" + PublicKeyBase64)]
    [InlineData("--api-key takes ID=KEY", "--api-key", "orders-service")]
    [InlineData("--api-key takes ID=KEY", "--api-key", "orders-service=" + PairBase64)]
    [InlineData("--api-key is missing", "--api-key", "=" + ApiKey)]
    [InlineData("--profile begins with '-'", "--profile=-x")]
    [InlineData("--user takes ID=PUBKEY", "--user", "a=" + PublicKeyBase64, "--user", "b")]
    public async Task It_says_which_option_is_wrong_and_repeats_no_key(string problem, params string[] options) =>
        (await Sxt.RunAsync(["emulator", .. options])).EndedWith(2, problem).DidNotSay(PairBase64);

    private Task<ToolResult> LoginAsync(EmulatorProcess emulator, string user, string? key = null) => Sxt.RunAsync(
        "login", "--gateway", emulator.Address.ToString(), "--user", user, "--key", key ?? _folder.Write("sxt.pem", Pem));
}
