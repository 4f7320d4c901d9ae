using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Samples;

/// <summary>The endpoints of the sample that want a caller's token.</summary>
public sealed class WebApiCallerTests : IAsyncDisposable
{
    private const string Caller = "partner";

    private readonly List<string> _users = [];
    private readonly SxtGatewayEmulator _gateway = new();
    private readonly WebApplicationFactory<Program> _factory = new();
    private readonly WebApplicationFactory<Program> _production;

    public WebApiCallerTests()
    {
        _gateway.Options.Sql = request =>
        {
            _users.Add(request.UserId);
            return null;
        };
        _production = _factory.WithWebHostBuilder(builder => builder
            .UseEnvironment("Production")
            .UseSetting("Sxt:UserId", TestApp.User)
            .UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:0", Caller)
            .UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:1", TestApp.User)
            .ConfigureTestServices(services => services.UseSxtGatewayEmulator(_gateway)));
    }

    [Fact]
    public async Task A_minimal_api_with_Authorize_knows_its_caller()
    {
        using var response = await GetAsync("/me", _gateway.IssueAccessToken(Caller));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var claims = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Contains(claims.EnumerateArray(), claim => claim.GetProperty("value").GetString() == Caller);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData(Caller, HttpStatusCode.Forbidden)]
    [InlineData(TestApp.User, HttpStatusCode.OK)]
    public async Task Only_the_apps_own_user_may_end_its_sessions(string? user, HttpStatusCode expected)
    {
        using var client = _production.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout");
        request.Headers.Authorization = user is null ? null : new AuthenticationHeaderValue("Bearer", _gateway.IssueAccessToken(user));

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected is HttpStatusCode.OK ? 1 : 0, _gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Fact]
    public async Task A_controller_with_Authorize_asks_the_gateway_on_behalf_of_its_caller()
    {
        using var response = await GetAsync("/me/blocks", _gateway.IssueAccessToken(Caller));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var rows = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(rows.GetArrayLength() > 0);
        Assert.Equal([Caller], _users);
    }

    [Theory]
    [InlineData("/me")]
    [InlineData("/me/blocks")]
    public async Task Who_is_not_accepted_gets_a_challenge_with_problem_details(string path)
    {
        using var missing = await GetAsync(path, null);
        using var other = await GetAsync(path, _gateway.IssueAccessToken("somebody"));

        Assert.Equal("Bearer realm=\"Space and Time\"", missing.Headers.WwwAuthenticate.ToString());
        Assert.All([missing, other], response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
        Assert.All([missing, other], response => Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType));
        Assert.Empty(_users);
    }

    [Fact]
    public async Task In_development_the_sample_issues_a_token_to_try_it_with()
    {
        using var client = _factory.CreateClient();
        using var issued = await client.PostAsync(new Uri("/development/caller-token", UriKind.Relative), null, TestContext.Current.CancellationToken);
        var token = (await issued.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("accessToken").GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        using var me = await client.GetAsync(new Uri("/me", UriKind.Relative), TestContext.Current.CancellationToken);
        using var blocks = await client.GetAsync(new Uri("/me/blocks", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [me.StatusCode, blocks.StatusCode]);
    }

    [Fact]
    public async Task Outside_development_nobody_is_issued_a_token()
    {
        using var client = _production.CreateClient();

        using var issued = await client.PostAsync(new Uri("/development/caller-token", UriKind.Relative), null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, issued.StatusCode);
    }

    [Fact]
    public async Task Outside_development_nobody_who_may_call_fails_the_start()
    {
        await using var production = _factory.WithWebHostBuilder(builder => builder
            .UseEnvironment("Production")
            .UseSetting("Sxt:UserId", TestApp.User)
            .ConfigureTestServices(services => services.UseSxtGatewayEmulator(_gateway)));

        var failure = Assert.Throws<OptionsValidationException>(() => production.CreateClient());

        Assert.Contains("Nothing says who may call", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_has_the_scheme_where_it_is_wanted()
    {
        using var client = _production.CreateClient();

        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty(SxtBearerDefaults.AuthenticationScheme);
        Assert.Equal(("http", "bearer"), (scheme.GetProperty("type").GetString(), scheme.GetProperty("scheme").GetString()));
        var paths = document.GetProperty("paths");
        Assert.All(
            ["/me", "/me/blocks"],
            path => Assert.True(paths.GetProperty(path).GetProperty("get").GetProperty("security")[0].TryGetProperty(SxtBearerDefaults.AuthenticationScheme, out _)));
        Assert.False(paths.GetProperty("/blocks").GetProperty("get").TryGetProperty("security", out _));
    }

    public async ValueTask DisposeAsync()
    {
        await _production.DisposeAsync();
        await _factory.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? token)
    {
        using var client = _production.CreateClient();
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
    }
}
