using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>The gateway over real HTTP, with the client's own connections.</summary>
public class GatewayHttpTests
{
    [Fact]
    public async Task Login_query_refresh_and_logout_work_over_http()
    {
        await using var app = await HttpTestApp.StartAsync();

        using var first = await app.QueryAsync();
        await app.Session.RenewAsync(TestContext.Current.CancellationToken);
        using var second = await app.QueryAsync();
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                (SxtGatewayCallKind.Challenge, 200), (SxtGatewayCallKind.Token, 200), (SxtGatewayCallKind.Sql, 200),
                (SxtGatewayCallKind.Refresh, 200), (SxtGatewayCallKind.Sql, 200), (SxtGatewayCallKind.Logout, 204),
            ],
            app.Gateway.Calls.All.Select(call => (call.Kind, call.Status!.Value)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refresh_whose_pooled_connection_drops_is_presented_once(bool isWorkDone)
    {
        await using var app = await HttpTestApp.StartAsync();
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        app.Gateway.InjectFault(isWorkDone
            ? SxtGatewayFault.DropAfter(kind: SxtGatewayCallKind.Refresh)
            : SxtGatewayFault.DropBefore(kind: SxtGatewayCallKind.Refresh));

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Refresh));
        Assert.Equal(0, app.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Fact]
    public async Task A_logout_whose_pooled_connection_drops_is_sent_once()
    {
        await using var app = await HttpTestApp.StartAsync();
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        app.Gateway.InjectFault(SxtGatewayFault.DropAfter(kind: SxtGatewayCallKind.Logout));

        await Assert.ThrowsAsync<SxtAuthenticationException>(
            () => app.Session.LogoutAsync(TestContext.Current.CancellationToken));

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Theory]
    [InlineData(SxtGatewayCallKind.Challenge)]
    [InlineData(SxtGatewayCallKind.Token)]
    public async Task A_redirect_is_not_followed(SxtGatewayCallKind kind)
    {
        await using var elsewhere = await LoopbackServer.StartAsync(200);
        await using var app = await HttpTestApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.BaseAddress, kind: kind));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task An_apps_own_sockets_handler_follows_no_redirect_and_keeps_no_cookie()
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = true, UseCookies = true };

        await AssertFollowsNoRedirectAsync(handler);

        Assert.False(handler.UseCookies);
    }

    [Fact]
    public async Task An_apps_own_client_handler_follows_no_redirect_and_keeps_no_cookie()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = true, UseCookies = true };

        await AssertFollowsNoRedirectAsync(handler);

        Assert.False(handler.UseCookies);
    }

    [Fact]
    public async Task An_apps_own_handler_that_follows_redirects_all_the_same_is_noticed()
    {
        await using var elsewhere = await LoopbackServer.StartAsync(200);
        using var handler = new Box(new SocketsHttpHandler { AllowAutoRedirect = true });
        await using var app = await HttpTestApp.StartAsync(services =>
            services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler));
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.BaseAddress, kind: SxtGatewayCallKind.Challenge));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Contains("BackchannelHttpHandler", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apps_own_handler_is_not_disposed_with_the_app()
    {
        using var handler = new Wrapper(new SocketsHttpHandler());
        await using (var app = await HttpTestApp.StartAsync(services =>
            services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler)))
        {
            using var response = await app.QueryAsync();
        }

        Assert.False(handler.IsDisposed);
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_unreachable()
    {
        await using var app = await HttpTestApp.StartAsync();
        await app.Gateway.DisposeAsync();

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            () => app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Contains("check GatewayUrl", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_synchronous_request_works_over_http()
    {
        await using var app = await HttpTestApp.StartAsync();
        using var client = app.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/sql") { Content = TestApp.Query() };

        using var response = client.Send(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task AssertFollowsNoRedirectAsync(HttpMessageHandler handler)
    {
        await using var elsewhere = await LoopbackServer.StartAsync(200);
        await using var app = await HttpTestApp.StartAsync(services =>
            services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler));
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.BaseAddress, kind: SxtGatewayCallKind.Challenge));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Empty(elsewhere.Requests);
    }

    /// <summary>Nobody can see which handler is in it.</summary>
    private sealed class Box(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);
    }

    private sealed class Wrapper(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
