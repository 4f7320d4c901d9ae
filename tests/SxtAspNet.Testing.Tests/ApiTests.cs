using System.Net;
using System.Text;

namespace SxtAspNet.Testing.Tests;

/// <summary>Paths that the emulator does not know, and a test may.</summary>
public sealed class ApiTests
{
    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_path_that_nobody_knows_is_404_and_says_who_does_not_know_it(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v2/discover/schema?scope=ALL");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        string detail = (await response.ReadProblemAsync()).Detail;
        Assert.Contains("The gateway emulator does not know GET /v2/discover/schema;", detail, StringComparison.Ordinal);
        Assert.Contains("SxtGatewayEmulatorOptions.Api", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_test_answers_any_path(Front front)
    {
        var asked = new List<SxtApiRequest>();
        await using TestGateway gateway = await TestGateway.StartAsync(front, new()
        {
            Api = request =>
            {
                asked.Add(request);
                return new SxtApiAnswer("<proof/>") { StatusCode = 202, ContentType = "application/xml" };
            },
        });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Put, "v1/zkquery?deep=1", session.AccessToken, new StringContent("{}", Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(("<proof/>", "application/xml"), (await response.ReadTextAsync(), response.Content.Headers.ContentType!.MediaType));
        SxtApiRequest request = Assert.Single(asked);
        Assert.Equal((gateway.User.Id, "PUT", "/v1/zkquery", "?deep=1"), (request.UserId, request.Method, request.Path, request.Query));
        Assert.Equal(("{}", "application/json; charset=utf-8"), (Encoding.UTF8.GetString(request.Body.Span), request.ContentType));
    }

    [Fact]
    public async Task Its_callback_hears_only_of_calls_whose_token_works()
    {
        int calls = 0;
        await using TestGateway gateway = TestGateway.InMemory(new() { Api = _ => new SxtApiAnswer($"{++calls}") });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.RevokeSessions(gateway.User.Id);

        using HttpResponseMessage none = await gateway.Client.FetchAsync("v1/subscription");
        using HttpResponseMessage dead = await gateway.Client.FetchAsync("v1/subscription", session.AccessToken);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (none.StatusCode, dead.StatusCode));
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Where_the_callback_has_no_answer_it_is_404()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Api = _ => null });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/subscription", session.AccessToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task What_the_callback_throws_is_told_to_the_one_who_asks()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Api = _ => throw new InvalidOperationException("no rows") });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/subscription", session.AccessToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("Api threw System.InvalidOperationException: no rows", (await response.ReadProblemAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_emulator_knows_it_answers_itself()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Api = _ => new SxtApiAnswer("mine") });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage wrongMethod = await gateway.Client.FetchAsync("v1/sql", session.AccessToken);

        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrongMethod.StatusCode);
    }

    [Fact]
    public async Task Such_a_call_is_recorded_with_its_kind_and_its_session()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Api = _ => new SxtApiAnswer("[]") });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/subscription", session.AccessToken);

        SxtGatewayCall call = gateway.Calls.All[^1];
        Assert.Equal((SxtGatewayCallKind.Api, gateway.User.Id), (call.Kind, call.UserId));
        Assert.Equal(gateway.Calls.All[1].SessionId, call.SessionId);
    }

    [Theory]
    [InlineData(199)]
    [InlineData(600)]
    public void A_status_that_is_none_is_refused(int status) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SxtApiAnswer("") { StatusCode = status });
}
