using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

public sealed class SqlTests
{
    [Theory]
    [InlineData("v1/sql")]
    [InlineData("v1/sql/dql")]
    [InlineData("v1/sql/dml")]
    [InlineData("v1/sql/ddl")]
    public async Task Each_endpoint_answers_a_query_with_the_rows_of_the_blocks_table(string path)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        string token = gateway.Emulator.IssueAccessToken(gateway.User.Id);

        using HttpResponseMessage response =
            await gateway.Client.PostAsync(path, token, new { sqlText = "select * from ethereum.blocks limit 2" });

        JsonElement rows = await response.ReadJsonAsync();
        Assert.Equal(
            [19_000_000, 19_000_001],
            rows.EnumerateArray().Select(row => row.GetProperty("BLOCK_NUMBER").GetInt32()));
    }

    [Theory]
    [InlineData("SELECT 1 FROM OTHER.TABLE", "[]")]
    [InlineData("INSERT INTO A.B VALUES (1)", """[{"UPDATED":1}]""")]
    [InlineData("CREATE TABLE A.B (ID INT)", """[{"UPDATED":0}]""")]
    public async Task Other_statements_get_an_answer_of_their_kind(string sqlText, string expected)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response =
            await gateway.Client.QueryAsync(gateway.Emulator.IssueAccessToken(gateway.User.Id), sqlText);

        Assert.Equal(expected, await response.ReadTextAsync());
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_call_without_a_token_is_refused_in_plain_text(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);

        using HttpResponseMessage response = await gateway.Client.QueryAsync(accessToken: null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("JWT authorization failed", await response.ReadTextAsync());
    }

    [Fact]
    public async Task A_refresh_token_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await gateway.Client.QueryAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_callback_sees_the_request_and_answers_it()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        List<string> biscuits = ["x"], resources = ["B.C"];
        SxtSqlRequest? seen = null;
        gateway.Options.Sql = request =>
        {
            seen = request;
            return """[{"A":1}]""";
        };

        using HttpResponseMessage response = await gateway.Client.PostAsync(
            "v1/sql/dql",
            gateway.Emulator.IssueAccessToken(gateway.User.Id),
            new { sqlText = "SELECT A FROM B.C", biscuits, resources });

        Assert.Equal("""[{"A":1}]""", await response.ReadTextAsync());
        Assert.NotNull(seen);
        Assert.Equal(
            (gateway.User.Id, "/v1/sql/dql", "SELECT A FROM B.C"), (seen.UserId, seen.Path, seen.SqlText));
        Assert.Equal(biscuits, seen.Biscuits);
        Assert.Equal(resources, seen.Resources);
    }

    [Fact]
    public async Task A_callback_that_returns_null_leaves_the_answer_to_the_table()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Sql = _ => null });

        using HttpResponseMessage response =
            await gateway.Client.QueryAsync(gateway.Emulator.IssueAccessToken(gateway.User.Id));

        Assert.Equal(5, (await response.ReadJsonAsync()).GetArrayLength());
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_callback_that_throws_is_a_problem_500_that_says_what(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Options.Sql = _ => throw new NotSupportedException("no such table");

        using HttpResponseMessage response =
            await gateway.Client.QueryAsync(gateway.Emulator.IssueAccessToken(gateway.User.Id));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("no such table", (await response.ReadProblemAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callback_may_call_the_emulator()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Options.Sql = request =>
        {
            gateway.Emulator.RevokeSessions(request.UserId);
            return null;
        };
        string token = gateway.Emulator.IssueAccessToken(gateway.User.Id);

        using HttpResponseMessage response = await gateway.Client.QueryAsync(token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(await gateway.Client.WorksAsync(token));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"sqlText":""}""")]
    [InlineData("""{"sqlText":7}""")]
    [InlineData("""{"sqlText":"\ud800"}""")]
    [InlineData("""{"sqlText":"SELECT 1","biscuits":"x"}""")]
    [InlineData("""{"sqlText":"SELECT 1","resources":[1]}""")]
    public async Task A_body_without_a_proper_statement_is_a_bad_request(string json)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var content = new StringContent(json, new MediaTypeHeaderValue("application/json"));

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Post, "v1/sql", gateway.Emulator.IssueAccessToken(gateway.User.Id), content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(400, (await response.ReadProblemAsync()).Status);
    }
}
