using System.Net;
using SxtAspNet.Gateway;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>What counts as the gateway's word that our own token is good.</summary>
public sealed class TokenCheckTests
{
    [Theory]
    [InlineData($$"""{"userId":"{{TestApp.User}}"}""")]
    [InlineData($$"""{"userId":"{{TestApp.User}}","trial":true,"more":[1]}""")]
    [InlineData($"\"{TestApp.User}\"")]
    public async Task An_answer_that_names_the_user_calls_the_token_good(string body)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, body);

        Assert.True(await gateway.Client.IsValidAsync("token", StubGateway.Timeout, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("OK")]
    [InlineData("true")]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("""{"userId":""}""")]
    [InlineData("""{"userId":null}""")]
    [InlineData("""{"status":"up"}""")]
    public async Task An_answer_that_names_no_user_is_no_verdict(string body)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, body);

        var failure = await gateway.FailAsync(gateway.MakeAsync("token is valid"));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
    }

    [Theory]
    [InlineData("""{"userId":"somebody"}""")]
    [InlineData("\"somebody\"")]
    public async Task An_answer_that_names_another_user_is_no_verdict(string body)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, body);

        var failure = await gateway.FailAsync(gateway.MakeAsync("token is valid"));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Contains(
            $"Check of the access token of user '{TestApp.User}': the gateway answered with the word that it is a token of user 'somebody'",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_token_it_is_says_nothing_as_long_as_our_user_is_not_known()
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, """{"userId":"somebody"}""");
        var client = new GatewayClient(gateway.Transport, new GatewayUser(""));

        Assert.True(await client.IsValidAsync("token", StubGateway.Timeout, TestContext.Current.CancellationToken));
    }
}
