using System.Text.Json;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

public sealed class RegisterTests
{
    private const string Newcomer = "newcomer";

    [Fact]
    public async Task A_new_user_is_made_with_a_key_that_then_logs_in()
    {
        await using var account = await TestAccount.StartAsync();

        var made = (await RunAsync(account, "register", "--email", "n@example.com", "--json")).Succeeded();

        Assert.Contains("The user 'newcomer' was made.", made.Error, StringComparison.Ordinal);
        Assert.Equal(Newcomer, made.ReadJson().GetProperty("user").GetString());
        Assert.Equal(
            [SxtGatewayCallKind.RegisterChallenge, SxtGatewayCallKind.Token], account.Gateway.Calls.All.Select(call => call.Kind));
        (await RunAsync(account, "login")).Succeeded();
    }

    [Fact]
    public async Task A_user_that_exists_is_named()
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("register", "--email", "n@example.com"))
            .FailedWith($"Registration of user '{account.UserId}'", $"The user '{account.UserId}' exists", "choose another id");
    }

    [Fact]
    public async Task A_refusal_for_another_reason_is_told_in_the_gateway_s_words()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Answer(403, """{"detail":"no more users"}""", kind: SxtGatewayCallKind.RegisterChallenge));

        (await RunAsync(account, "register", "--email", "n@example.com")).FailedWith("\"no more users\"").DidNotSay("exists");
    }

    [Fact]
    public async Task A_refused_exchange_is_told_in_the_gateway_s_words_and_makes_nobody()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Answer(400, """{"detail":"the join code is used up"}""", kind: SxtGatewayCallKind.Token));

        (await RunAsync(account, "register", "--email", "n@example.com"))
            .FailedWith("\"the join code is used up\"", "The user 'newcomer' was not made.").DidNotSay("--user");
    }

    [Fact]
    public async Task A_refused_exchange_of_a_user_that_may_be_there_all_the_same_leaves_it_open()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Answer(400, """{"detail":"the join code is used up"}""", kind: SxtGatewayCallKind.Token));
        account.Gateway.InjectFault(SxtGatewayFault.Status(404, kind: SxtGatewayCallKind.IdExists));

        (await RunAsync(account, "register", "--email", "n@example.com"))
            .FailedWith("\"the join code is used up\"", "Whether the user was made is not known; 'dotnet sxt login' finds out.");
    }

    [Fact]
    public async Task A_lost_answer_leaves_it_open_and_a_login_finds_out()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Token));

        (await RunAsync(account, "register", "--email", "n@example.com"))
            .FailedWith("Whether the user was made is not known; 'dotnet sxt login' finds out.");

        (await RunAsync(account, "login")).Succeeded();
    }

    [Fact]
    public async Task A_lost_challenge_is_asked_for_once_and_makes_nobody()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.DropAfter(kind: SxtGatewayCallKind.RegisterChallenge));

        (await RunAsync(account, "register", "--email", "n@example.com")).FailedWith("can't be reached").DidNotSay("not known");

        Assert.Equal(1, account.Gateway.Calls.Count(SxtGatewayCallKind.RegisterChallenge));
    }

    [Theory]
    [InlineData("'--email' is required")]
    [InlineData("--email is no e-mail address", "--email", "nonsense")]
    public async Task It_needs_an_address(string problem, params string[] options)
    {
        await using var account = await TestAccount.StartAsync();

        (await RunAsync(account, ["register", .. options])).EndedWith(2, problem);

        Assert.Empty(account.Gateway.Calls.All);
    }

    [Theory]
    [InlineData(null, """{"userId":"newcomer","email":"n@example.com"}""")]
    [InlineData("abc", """{"userId":"newcomer","email":"n@example.com","joinCode":"abc"}""")]
    public void A_join_code_is_sent_when_there_is_one(string? code, string body) => Assert.Equal(
        body, JsonSerializer.Serialize(new RegistrationRequest(Newcomer, "n@example.com", code), RegistrationJson.Default.RegistrationRequest));

    private static Task<ToolResult> RunAsync(TestAccount account, params string[] command) => Sxt.RunAsync(
        [.. command, "--gateway", account.Gateway.BaseAddress.ToString(), "--user", Newcomer, "--key", account.KeyFile]);
}
