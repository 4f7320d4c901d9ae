using System.Net;
using System.Net.Http.Headers;

namespace SxtAspNet.Testing.Tests;

public sealed class RequestTests
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"userId":null}""")]
    [InlineData("""{"userId":""}""")]
    public async Task A_body_that_is_no_proper_object_is_a_problem_400(string body)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/code", token: null, new StringContent(body, Json));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(400, (await response.ReadProblemAsync()).Status);
    }

    [Fact]
    public async Task A_body_that_is_not_declared_as_json_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/code", token: null, new StringContent($$"""{"userId":"{{gateway.User.Id}}"}"""));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_body_of_more_than_a_mebibyte_is_refused(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        string body = $$"""{"userId":"{{gateway.User.Id}}","prefix":"{{new string('x', 1024 * 1024)}}"}""";

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/code", token: null, new StringContent(body, Json));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "v1/auth/code", "POST")]
    [InlineData("GET", "v1/auth/refresh", "POST")]
    [InlineData("POST", "v1/auth/validtoken", "GET")]
    [InlineData("POST", "v1/auth/idexists/somebody", "GET")]
    [InlineData("DELETE", "v1/auth/keys", "GET, POST")]
    [InlineData("GET", "v1/sql", "POST")]
    public async Task A_wrong_method_is_a_problem_405_that_names_the_right_one(string method, string path, string allow)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.CallAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
        Assert.Equal(405, (await response.ReadProblemAsync()).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1/auth")]
    [InlineData("v1/auth/code/")]
    [InlineData("V1/auth/validtoken")]
    [InlineData("v1/auth/idexists/")]
    [InlineData("v1/auth/idexists/a/b")]
    public async Task An_unknown_path_is_a_problem_404(string path)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.FetchAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(404, (await response.ReadProblemAsync()).Status);
        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.Unknown));
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task The_query_of_a_request_is_ignored(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/idexists/orders-service?a=b");

        Assert.Equal("true", await response.ReadTextAsync());
    }

    [Theory]
    [InlineData("Bearer ", HttpStatusCode.OK)]
    [InlineData("bearer ", HttpStatusCode.OK)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData("Basic ", HttpStatusCode.Unauthorized)]
    public async Task The_authorization_is_a_bearer_token(string scheme, HttpStatusCode expected)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/auth/validtoken");
        string token = gateway.Emulator.IssueAccessToken(gateway.User.Id);
        request.Headers.TryAddWithoutValidation("Authorization", scheme + token);

        using HttpResponseMessage response =
            await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
    }
}
