using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests.Sdks;

/// <summary>
/// What the network's SDKs send, each in its own shape, to the emulator as a program: bodies, members, missing bodies and
/// the readings in which they differ.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class SdkTests(SdkTests.Gateway gateway) : IClassFixture<SdkTests.Gateway>
{
    private const string Query = "SELECT * FROM ETHEREUM.BLOCKS LIMIT 3";

    [Fact]
    public async Task The_Node_js_SDK_makes_a_user_refreshes_queries_and_logs_out()
    {
        using var user = new SdkUser(gateway.Address);

        // A null join code; a refresh and a logout without any content.
        Assert.Equal("false", (await user.SendAsync("GET", $"v1/auth/idexists/{user.Id}")).Ok().Body);
        var code = (await user.SendAsync("POST", "v1/auth/code", body: new { userId = user.Id, joinCode = (string?)null })).Code();
        var session = await user.ExchangeAsync(code);
        Assert.Equal("true", (await user.SendAsync("GET", $"v1/auth/idexists/{user.Id}")).Ok().Body);
        var refreshed = (await user.SendAsync("POST", "v1/auth/refresh", session.RefreshToken)).Session();
        Assert.Equal(user.Id, (await user.SendAsync("GET", "v1/auth/validtoken", refreshed.AccessToken)).Member("userId"));
        var query = new { resources = new[] { "ETHEREUM.BLOCKS" }, sqlText = Query, biscuits = Array.Empty<string>() };
        Assert.Equal(3, (await user.SendAsync("POST", "v1/sql/dql", refreshed.AccessToken, query)).Rows());
        (await user.SendAsync("POST", "v1/auth/logout", refreshed.AccessToken)).Is(HttpStatusCode.NoContent);

        (await user.SendAsync("POST", "v1/sql/dql", refreshed.AccessToken, query)).Is(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_older_Python_SDK_makes_a_user_by_a_plain_challenge()
    {
        using var user = new SdkUser(gateway.Address);

        // An empty prefix and a null join code, for a user that is not there.
        Assert.Equal("false", (await user.SendAsync("GET", $"v1/auth/idexists/{user.Id}")).Ok().Body);
        var code = (await user.SendAsync("POST", "v1/auth/code", body: new { userId = user.Id, prefix = "", joinCode = (string?)null })).Code();
        var session = await user.ExchangeAsync(code);
        Assert.Contains(user.Id, (await user.SendAsync("GET", "v1/auth/validtoken", session.AccessToken)).Ok().Body, StringComparison.Ordinal);
        var refreshed = (await user.SendAsync("POST", "v1/auth/refresh", session.RefreshToken)).Session();
        var change = new { resourceId = "ME.TABLE", sqlText = "INSERT INTO ME.TABLE VALUES (1)", biscuits = Array.Empty<string>() };
        Assert.Equal(1, (await user.SendAsync("POST", "v1/sql/dml", refreshed.AccessToken, change)).Rows());
        (await user.SendAsync("POST", "v1/auth/logout", refreshed.AccessToken)).Is(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("Sign in: ", true)]
    [InlineData("Sign in: ", false)]
    public async Task A_prefix_is_signed_by_one_SDK_and_left_out_by_another(string prefix, bool isSigned)
    {
        using var user = new SdkUser(gateway.Address);
        var code = (await user.SendAsync("POST", "v1/auth/code", body: new { userId = user.Id, prefix })).Code();

        var session = await user.ExchangeAsync(code, isSigned ? prefix + code : code);

        (await user.SendAsync("GET", "v1/auth/validtoken", session.AccessToken)).Ok();
    }

    [Fact]
    public async Task The_newer_Python_SDK_registers_a_user_adds_a_key_and_queries()
    {
        using var user = new SdkUser(gateway.Address);
        using var backup = new SdkUser(gateway.Address);
        var empty = new { };

        // Every call has a JSON body, a GET too; the join code is spelled joincode; SQL has a member of its own.
        var registration = new { userId = user.Id, email = "user@example.com", joincode = "abc", prefix = "app" };
        var code = (await user.SendAsync("POST", "v1/auth/code-register", body: registration)).Code();
        var session = await user.ExchangeAsync(code);
        var check = await user.SendAsync("GET", "v1/auth/validtoken", session.AccessToken, empty);
        Assert.Equal(user.Id, check.Member("userId"));
        var refreshed = (await user.SendAsync("POST", "v1/auth/refresh", session.RefreshToken, empty)).Session();

        var keyCode = (await user.SendAsync("POST", "v1/auth/keys/code", refreshed.AccessToken, empty)).Code();
        var addition = new { authCode = keyCode, signature = await backup.SignAsync(keyCode), key = backup.PublicKey, scheme = "ed25519" };
        (await user.SendAsync("POST", "v1/auth/keys", refreshed.AccessToken, addition)).Ok();
        var keys = (await user.SendAsync("GET", "v1/auth/keys", refreshed.AccessToken, empty)).Ok();
        Assert.Equal([user.PublicKey, backup.PublicKey], KeysOf(keys.Body));

        var query = new { sqlText = Query, biscuits = Array.Empty<string>(), validate = "false" };
        Assert.Equal(3, (await user.SendAsync("POST", "v1/sql", refreshed.AccessToken, query, ("originApp", "tests"))).Rows());
        (await user.SendAsync("POST", "v1/auth/logout", refreshed.AccessToken, empty)).Is(HttpStatusCode.NoContent);

        var again = (await user.SendAsync("POST", "v1/auth/code", body: new { userId = user.Id })).Code();
        await user.ExchangeAsync(again);
    }

    [Fact]
    public async Task The_Go_SDK_tells_a_good_token_from_a_dead_one_by_the_length_of_the_body()
    {
        using var user = new SdkUser(gateway.Address);

        // An empty join code, and no content in refresh and logout.
        var code = (await user.SendAsync("POST", "v1/auth/code", body: new { userId = user.Id, joinCode = "" })).Code();
        var session = await user.ExchangeAsync(code);
        Assert.NotEmpty((await user.SendAsync("GET", "v1/auth/validtoken", session.AccessToken)).Body);
        var refreshed = (await user.SendAsync("POST", "v1/auth/refresh", session.RefreshToken)).Session();
        var query = new { biscuits = Array.Empty<string>(), resources = new[] { "ETHEREUM.BLOCKS" }, sqlText = Query };
        Assert.Equal(3, (await user.SendAsync("POST", "v1/sql/dql", refreshed.AccessToken, query, ("originApp", ""))).Rows());
        await user.SendAsync("POST", "v1/auth/logout", refreshed.AccessToken);

        Assert.Empty((await user.SendAsync("GET", "v1/auth/validtoken", refreshed.AccessToken)).Body);
        Assert.Empty((await user.SendAsync("GET", "v1/auth/validtoken", "nonsense")).Body);
    }

    [Theory]
    [InlineData("GET", "v2/discover/schema?scope=ALL")]
    [InlineData("POST", "v1/zkquery")]
    public async Task A_path_that_it_does_not_know_is_said_to_be_so(string method, string path)
    {
        using var user = new SdkUser(gateway.Address);

        var answer = (await user.SendAsync(method, path)).Is(HttpStatusCode.NotFound);

        Assert.Contains("The gateway emulator does not know", answer.Body, StringComparison.Ordinal);
    }

    private static IEnumerable<string?> KeysOf(string body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetString())];
    }

    /// <summary>One <c>dotnet sxt emulator</c> for all shapes; each makes a user of its own.</summary>
    public sealed class Gateway : IAsyncLifetime
    {
        private EmulatorProcess? _emulator;

        public Uri Address => _emulator!.Address;

        public async ValueTask InitializeAsync() => _emulator = await EmulatorProcess.StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (_emulator is { } emulator)
            {
                (await emulator.StopAsync()).Succeeded();
                await emulator.DisposeAsync();
            }
        }
    }
}
