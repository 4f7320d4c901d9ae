using System.Net;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

public sealed class LoginTests
{
    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_signed_challenge_gets_a_session_with_the_documented_lifetimes(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);

        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.Equal(TestGateway.Start.AddMinutes(25).ToUnixTimeMilliseconds(), session.AccessTokenExpires);
        Assert.Equal(TestGateway.Start.AddMinutes(30).ToUnixTimeMilliseconds(), session.RefreshTokenExpires);
        Assert.Equal(TestGateway.Start.AddHours(24).ToUnixTimeMilliseconds(), session.SessionExpires);
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task The_session_end_is_left_out_when_the_gateway_is_told_so()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { SendSessionExpires = false });

        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.Null(session.SessionExpires);
    }

    [Fact]
    public async Task A_prefix_is_part_of_what_is_signed()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id, prefix: "Sign in: ");

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign("Sign in: " + code), gateway.User.PublicKeyText);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_prefix_may_also_be_left_out_of_what_is_signed()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id, prefix: "Sign in: ");

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(gateway.User, code);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_signature_over_the_prefix_alone_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id, prefix: "Sign in: ");

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign("Sign in: "), gateway.User.PublicKeyText);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_wrong_signature_is_refused_with_a_problem(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign("another text"), gateway.User.PublicKeyText);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(401, (await response.ReadProblemAsync()).Status);
    }

    [Fact]
    public async Task A_failed_attempt_uses_the_challenge_up()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);
        using HttpResponseMessage failed = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign("another text"), gateway.User.PublicKeyText);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(gateway.User, code);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_challenge_works_once()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);
        using HttpResponseMessage first = await gateway.Client.AnswerChallengeAsync(gateway.User, code);

        using HttpResponseMessage second = await gateway.Client.AnswerChallengeAsync(gateway.User, code);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Theory]
    [InlineData(29_999, HttpStatusCode.OK)]
    [InlineData(30_000, HttpStatusCode.Unauthorized)]
    public async Task A_challenge_lasts_30_seconds(int milliseconds, HttpStatusCode expected)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(gateway.User, code);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_challenge_is_for_the_user_who_asked_for_it()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        TestUser other = gateway.AddUser("billing-service");
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(other, code);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_right_signature_by_a_key_that_is_not_on_the_keyring_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var stranger = new TestUser(gateway.User.Id);
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(stranger, code);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task An_upper_case_signature_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign(code).ToUpperInvariant(), gateway.User.PublicKeyText);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_key_without_its_padding_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign(code), gateway.User.PublicKeyText.TrimEnd('='));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Another_scheme_is_a_bad_request()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(
            gateway.User.Id, code, gateway.User.Sign(code), gateway.User.PublicKeyText, scheme: "ed448");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_challenge_for_an_unknown_user_is_a_problem_404()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.RequestChallengeAsync("nobody");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(404, (await response.ReadProblemAsync()).Status);
    }

    [Theory]
    [InlineData("userId")]
    [InlineData("authCode")]
    [InlineData("signature")]
    [InlineData("key")]
    [InlineData("scheme")]
    public async Task A_login_without_one_of_its_members_is_a_bad_request_that_names_it(string missing)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string code = await gateway.Client.GetChallengeAsync(gateway.User.Id);
        var body = new Dictionary<string, string>
        {
            ["userId"] = gateway.User.Id,
            ["authCode"] = code,
            ["signature"] = gateway.User.Sign(code),
            ["key"] = gateway.User.PublicKeyText,
            ["scheme"] = "ed25519",
        };
        body.Remove(missing);

        using HttpResponseMessage response = await gateway.Client.PostAsync("v1/auth/token", token: null, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(missing, (await response.ReadProblemAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response =
            await gateway.Client.PostAsync("v1/auth/code", token: null, new { userId = gateway.User.Id, extra = 1 });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_login_leaves_the_users_other_sessions_alone_by_default()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);

        await gateway.Client.LoginAsync(gateway.User);

        Assert.True(await gateway.Client.WorksAsync(first.AccessToken));
    }

    [Fact]
    public async Task A_login_ends_the_users_other_sessions_when_told_so()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { LoginEndsOtherSessions = true });
        TestUser other = gateway.AddUser("billing-service");
        SessionJson others = await gateway.Client.LoginAsync(other);
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);

        SessionJson second = await gateway.Client.LoginAsync(gateway.User);

        Assert.False(await gateway.Client.WorksAsync(first.AccessToken));
        Assert.True(await gateway.Client.WorksAsync(second.AccessToken));
        Assert.True(await gateway.Client.WorksAsync(others.AccessToken));
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task Whether_a_user_id_exists_is_a_plain_json_boolean(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.AddUser("zoë & co");

        using HttpResponseMessage known = await gateway.Client.FetchAsync("v1/auth/idexists/zo%C3%AB%20%26%20co");
        using HttpResponseMessage unknown = await gateway.Client.FetchAsync("v1/auth/idexists/nobody");

        Assert.Equal(JsonValueKind.True, (await known.ReadJsonAsync()).ValueKind);
        Assert.Equal("false", await unknown.ReadTextAsync());
    }
}
