using System.Net;

namespace SxtAspNet.Testing.Tests;

public sealed class HttpTests
{
    [Fact]
    public async Task The_gateway_listens_on_a_port_of_the_loopback_address()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);

        Assert.Equal("http", gateway.Emulator.BaseAddress.Scheme);
        Assert.Equal("127.0.0.1", gateway.Emulator.BaseAddress.Host);
        Assert.NotEqual(0, gateway.Emulator.BaseAddress.Port);
        Assert.Equal("/", gateway.Emulator.BaseAddress.AbsolutePath);
    }

    [Fact]
    public async Task Two_gateways_run_side_by_side()
    {
        await using TestGateway first = await TestGateway.StartAsync(Front.Http);
        await using TestGateway second = await TestGateway.StartAsync(Front.Http);

        SessionJson session = await first.Client.LoginAsync(first.User);

        Assert.True(await first.Client.WorksAsync(session.AccessToken));
        Assert.False(await second.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task A_port_of_one_s_own_is_taken_or_refused_when_it_is_taken()
    {
        int port = FreePort();
        await using SxtGatewayEmulator gateway =
            await SxtGatewayEmulator.StartAsync(port: port, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(port, gateway.BaseAddress.Port);
        await Assert.ThrowsAsync<IOException>(
            () => SxtGatewayEmulator.StartAsync(port: port, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task After_the_stop_nobody_listens()
    {
        TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        await gateway.Emulator.DisposeAsync();

        var e = await Assert.ThrowsAsync<HttpRequestException>(
            () => gateway.Client.RequestChallengeAsync(gateway.User.Id));

        Assert.Equal(HttpRequestError.ConnectionError, e.HttpRequestError);
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_recorded_without_a_status()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        gateway.Emulator.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(5), times: 1));
        using var giveUp = new CancellationTokenSource();
        Task<HttpResponseMessage> call = gateway.Client.GetAsync(
            new Uri("v1/auth/idexists/x", UriKind.Relative), giveUp.Token);
        await gateway.Calls.WaitForAsync(SxtGatewayCallKind.IdExists, 1, TestContext.Current.CancellationToken);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await gateway.Emulator.DisposeAsync();

        Assert.Null(Assert.Single(gateway.Calls.All).Status);
    }

    // Why a client must send a refresh with empty, not absent, content: a request without content is taken for one that
    // can be sent again, although it is a POST, and the HTTP stack spends the refresh token a second time by itself.
    [Fact]
    public async Task The_http_stack_resends_a_refresh_without_content_when_the_answer_is_lost()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropAfter(times: 1));

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/refresh", session.RefreshToken, content: null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, gateway.Calls.Count(SxtGatewayCallKind.Refresh));
        Assert.Equal(1, gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task The_http_stack_does_not_resend_a_refresh_with_empty_content()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropAfter(times: 1));

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/refresh", session.RefreshToken, new ByteArrayContent([])));

        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.Refresh));
        Assert.Equal(0, gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task The_http_stack_resends_a_refresh_without_content_when_the_drop_came_before_the_work()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropBefore(times: 1));

        using HttpResponseMessage response = await gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/refresh", session.RefreshToken, content: null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, gateway.Calls.Count(SxtGatewayCallKind.Refresh));
    }

    [Fact]
    public async Task The_http_stack_resends_on_new_connections_too_and_gives_up_in_the_end()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        string token = gateway.Emulator.IssueAccessToken(gateway.User.Id);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropBefore());

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.CallAsync(
            HttpMethod.Post, "v1/auth/logout", token, content: null));

        // How often is the runtime's affair (4 in .NET 10.0); the first of them is on a new connection.
        Assert.InRange(gateway.Calls.Count(SxtGatewayCallKind.Logout), 2, 10);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
