using System.Net;
using System.Text;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

public sealed class KeyringTests
{
    [Fact]
    public async Task Any_key_on_the_keyring_logs_in()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var backup = new TestUser(gateway.User.Id);
        gateway.Emulator.AddUser(gateway.User.Id, backup.PublicKey);

        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        SessionJson second = await gateway.Client.LoginAsync(backup);

        Assert.True(await gateway.Client.WorksAsync(first.AccessToken));
        Assert.True(await gateway.Client.WorksAsync(second.AccessToken));
    }

    [Fact]
    public async Task A_new_key_file_logs_its_user_in_and_is_private()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            await using TestGateway gateway = TestGateway.InMemory();
            var path = Path.Combine(directory.FullName, "sxt.key");
            gateway.Emulator.AddUserWithKeyFile("billing", path);
            using SxtSigningKey key = SxtSigningKey.Parse(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
            string code = await gateway.Client.GetChallengeAsync("billing");

            byte[] signature = await key.SignAsync(Encoding.UTF8.GetBytes(code), TestContext.Current.CancellationToken);
            using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
                "billing", code, Convert.ToHexStringLower(signature), Convert.ToBase64String(key.PublicKey.Span));

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.Throws<IOException>(() => gateway.Emulator.AddUserWithKeyFile("billing", path));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Adding_a_user_again_changes_nothing()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        gateway.Emulator.AddUser(gateway.User.Id, gateway.User.PublicKey);

        Assert.Equal([gateway.User.PublicKeyText], await ListKeysAsync(gateway, session));
    }

    [Fact]
    public async Task A_removed_key_no_longer_logs_in_and_its_sessions_go_on()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        gateway.Emulator.RemoveKey(gateway.User.Id, gateway.User.PublicKey);
        using HttpResponseMessage login = await gateway.Client.AnswerChallengeAsync(
            gateway.User, await gateway.Client.GetChallengeAsync(gateway.User.Id));

        Assert.Equal(HttpStatusCode.Unauthorized, login.StatusCode);
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task A_key_of_another_length_is_an_argument_error_and_adds_nobody()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        var e = Assert.Throws<ArgumentException>(() => gateway.Emulator.AddUser("newcomer", new byte[31]));
        using HttpResponseMessage exists = await gateway.Client.FetchAsync("v1/auth/idexists/newcomer");

        Assert.Contains("newcomer", e.Message, StringComparison.Ordinal);
        Assert.Equal("false", await exists.ReadTextAsync());
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_user_adds_a_key_by_signing_a_challenge_with_it(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        var backup = new TestUser(gateway.User.Id);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        string code = await GetKeyChallengeAsync(gateway, session);

        using HttpResponseMessage added = await AddKeyAsync(gateway, session, code, backup.Sign(code), backup);

        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.Equal([gateway.User.PublicKeyText, backup.PublicKeyText], await ListKeysAsync(gateway, session));
        Assert.NotNull(await gateway.Client.LoginAsync(backup));
    }

    [Fact]
    public async Task A_key_that_did_not_sign_the_challenge_itself_is_not_added()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var backup = new TestUser(gateway.User.Id);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        string code = await GetKeyChallengeAsync(gateway, session);

        using HttpResponseMessage added = await AddKeyAsync(gateway, session, code, gateway.User.Sign(code), backup);

        Assert.Equal(HttpStatusCode.Unauthorized, added.StatusCode);
        Assert.Equal([gateway.User.PublicKeyText], await ListKeysAsync(gateway, session));
    }

    [Fact]
    public async Task A_challenge_for_a_login_adds_no_key()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var backup = new TestUser(gateway.User.Id);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage added = await AddKeyAsync(gateway, session, code, backup.Sign(code), backup);

        Assert.Equal(HttpStatusCode.Unauthorized, added.StatusCode);
    }

    [Fact]
    public async Task A_challenge_for_adding_a_key_logs_nobody_in()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        string code = await GetKeyChallengeAsync(gateway, session);

        using HttpResponseMessage login = await gateway.Client.AnswerChallengeAsync(gateway.User, code);

        Assert.Equal(HttpStatusCode.Unauthorized, login.StatusCode);
    }

    [Theory]
    [InlineData("GET", "v1/auth/keys")]
    [InlineData("POST", "v1/auth/keys/code")]
    [InlineData("POST", "v1/auth/keys")]
    [InlineData("POST", "v1/auth/logout")]
    [InlineData("POST", "v1/auth/refresh")]
    public async Task A_call_without_a_token_is_a_problem_401(string method, string path)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.CallAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(401, (await response.ReadProblemAsync()).Status);
    }

    private static async Task<string> GetKeyChallengeAsync(TestGateway gateway, SessionJson session)
    {
        using HttpResponseMessage response = await gateway.Client.PostAsync("v1/auth/keys/code", session.AccessToken);
        return await response.ReadCodeAsync();
    }

    private static Task<HttpResponseMessage> AddKeyAsync(
        TestGateway gateway, SessionJson session, string authCode, string signature, TestUser key) =>
        gateway.Client.PostAsync(
            "v1/auth/keys",
            session.AccessToken,
            new { authCode, signature, key = key.PublicKeyText, scheme = "ed25519" });

    private static async Task<string?[]> ListKeysAsync(TestGateway gateway, SessionJson session)
    {
        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/keys", session.AccessToken);
        JsonElement keys = (await response.ReadJsonAsync()).GetProperty("keys");
        return [.. keys.EnumerateArray().Select(key => key.GetString())];
    }
}
