using System.Net;
using System.Net.Http.Json;

namespace SxtAspNet.Testing.Tests;

/// <summary>Users that clients make themselves.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_registration_makes_a_user_with_the_key_that_signed(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        var user = new TestUser("newcomer");

        using HttpResponseMessage challenge = await RegisterAsync(gateway, new { userId = user.Id, email = "n@example.com", joinCode = "abc" });
        using HttpResponseMessage response = await gateway.Client.AnswerChallengeAsync(user, await challenge.ReadCodeAsync());

        SessionJson session = await response.ReadSessionAsync();
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
        Assert.True(await gateway.Client.WorksAsync((await gateway.Client.LoginAsync(user)).AccessToken));
    }

    [Fact]
    public async Task Nobody_is_made_before_the_challenge_is_signed()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var user = new TestUser("newcomer");

        using HttpResponseMessage challenge = await RegisterAsync(gateway, new { userId = user.Id, email = "n@example.com" });
        using HttpResponseMessage wrong = await gateway.Client.AnswerChallengeAsync(
            user.Id, await challenge.ReadCodeAsync(), user.Sign("another text"), user.PublicKeyText);

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using HttpResponseMessage exists = await gateway.Client.FetchAsync($"v1/auth/idexists/{user.Id}");
        Assert.Equal("false", await exists.ReadTextAsync());
    }

    [Fact]
    public async Task Of_two_keys_that_register_at_once_the_first_has_the_user()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var (first, second) = (new TestUser("newcomer"), new TestUser("newcomer"));
        using HttpResponseMessage one = await RegisterAsync(gateway, new { userId = first.Id, email = "1@example.com" });
        using HttpResponseMessage two = await RegisterAsync(gateway, new { userId = second.Id, email = "2@example.com" });

        using HttpResponseMessage made = await gateway.Client.AnswerChallengeAsync(first, await one.ReadCodeAsync());
        using HttpResponseMessage refused = await gateway.Client.AnswerChallengeAsync(second, await two.ReadCodeAsync());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (made.StatusCode, refused.StatusCode));
    }

    [Fact]
    public async Task A_user_that_exists_can_t_be_registered()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await RegisterAsync(gateway, new { userId = gateway.User.Id, email = "n@example.com" });

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [Fact]
    public async Task A_registration_needs_an_email()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await RegisterAsync(gateway, new { userId = "newcomer" });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("email", (await response.ReadProblemAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_user_is_refused_unless_the_gateway_registers_it()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var user = new TestUser("newcomer");

        using HttpResponseMessage refused = await gateway.Client.RequestChallengeAsync(user.Id);
        gateway.Options.RegisterUnknownUsers = true;
        SessionJson session = await gateway.Client.LoginAsync(user);

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task A_registration_has_its_kind_and_its_user_in_the_record()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await RegisterAsync(gateway, new { userId = "newcomer", email = "n@example.com" });

        SxtGatewayCall call = Assert.Single(gateway.Calls.All);
        Assert.Equal((SxtGatewayCallKind.RegisterChallenge, "newcomer"), (call.Kind, call.UserId));
    }

    private static Task<HttpResponseMessage> RegisterAsync(TestGateway gateway, object body) =>
        gateway.Client.PostAsJsonAsync("v1/auth/code-register", body, TestContext.Current.CancellationToken);
}
