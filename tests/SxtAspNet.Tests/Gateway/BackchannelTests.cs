using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>The app's own handler carries tokens and signatures, and may carry those of several identities.</summary>
public class BackchannelTests
{
    public static TheoryData<string> Handlers => ["SocketsHttpHandler", "HttpClientHandler"];

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_wrapped_handler_takes_no_signature_to_where_a_redirect_points(string kind)
    {
        await using var elsewhere = await LoopbackServer.StartAsync(200);
        using var handler = new Wrapper(new Wrapper(Create(kind, isSafe: false)));
        await using var app = await StartAsync(handler);
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.BaseAddress, 307, kind: SxtGatewayCallKind.Token));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Empty(elsewhere.Requests);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Theory]
    [InlineData("SocketsHttpHandler", "AllowAutoRedirect")]
    [InlineData("SocketsHttpHandler", "UseCookies")]
    [InlineData("HttpClientHandler", "AllowAutoRedirect")]
    [InlineData("HttpClientHandler", "UseCookies")]
    public async Task A_handler_that_has_been_used_and_is_not_safe_is_refused_when_the_app_starts(string kind, string setting)
    {
        using var handler = new Wrapper(Create(kind, isSafe: true, except: setting));
        await UseAsync(handler);
        await using var app = await StartAsync(handler);

        var failure = Assert.Throws<OptionsValidationException>(() => app.Session);

        Assert.Contains($"BackchannelHttpHandler has been used already, with {setting} = true", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"set {setting} = false", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_handler_that_has_been_used_and_is_safe_is_accepted(string kind)
    {
        using var handler = new Wrapper(Create(kind, isSafe: true));
        await UseAsync(handler);
        await using var app = await StartAsync(handler);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task Two_identities_and_the_scheme_for_callers_share_one_handler(string kind)
    {
        using var handler = Create(kind, isSafe: false);
        await using var gateway = await SxtGatewayEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddRouting();
        builder.Services.AddAuthorization();
        builder.Services.AddSxt(options => options.UserId = "first");
        builder.Services.AddSxt("other", options => options.UserId = "second");
        builder.Services.AddAuthentication(SxtBearerDefaults.AuthenticationScheme).AddSxtBearer(options => options.AllowAnyUser = true);
        builder.Services.UseSxtGatewayEmulator(gateway);
        builder.Services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler);
        builder.Services.PostConfigureAll<SxtBearerOptions>(options => options.BackchannelHttpHandler = null);
        builder.Services.PostConfigureAll<SxtBearerOptions>(options => options.GatewayUrl = null);
        await using var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/me", (ClaimsPrincipal user) => user.Identity!.Name).RequireAuthorization();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var token = await app.Services.GetRequiredService<ISxtSession>().GetAccessTokenAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredKeyedService<ISxtSession>("other").GetAccessTokenAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.GetValue());

        var name = await client.GetStringAsync(new Uri("/me", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("first", name);
        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    private static Task<HttpTestApp> StartAsync(HttpMessageHandler handler) => HttpTestApp.StartAsync(services =>
        services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler));

    /// <param name="kind">The type of the handler.</param>
    /// <param name="isSafe">Whether it follows no redirect and keeps no cookies.</param>
    /// <param name="except">The setting that is otherwise.</param>
    private static HttpMessageHandler Create(string kind, bool isSafe, string? except = null)
    {
        var redirects = !isSafe ^ (except == "AllowAutoRedirect");
        var cookies = !isSafe ^ (except == "UseCookies");
        return kind == "SocketsHttpHandler"
            ? new SocketsHttpHandler { AllowAutoRedirect = redirects, UseCookies = cookies }
            : new HttpClientHandler { AllowAutoRedirect = redirects, UseCookies = cookies };
    }

    private static async Task UseAsync(HttpMessageHandler handler)
    {
        await using var server = await LoopbackServer.StartAsync(StatusCodes.Status200OK);
        using var client = new HttpClient(handler, disposeHandler: false);
        using var response = await client.GetAsync(server.BaseAddress, TestContext.Current.CancellationToken);
    }

    private sealed class Wrapper(HttpMessageHandler inner) : DelegatingHandler(inner);
}
