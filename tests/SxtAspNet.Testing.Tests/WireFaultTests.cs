using System.Net;
using System.Net.Sockets;

namespace SxtAspNet.Testing.Tests;

/// <summary>Faults of the connection, over real sockets and as near to them as memory allows.</summary>
public sealed class WireFaultTests
{
    private const string Anything = "v1/auth/idexists/nobody";

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    [InlineData(Front.Https)]
    public async Task A_silent_connection_is_accepted_and_never_answers(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SxtGatewayFault fault = gateway.Emulator.InjectFault(SxtGatewayFault.Silence(times: 1));
        using var giveUp = new CancellationTokenSource();
        Task<HttpResponseMessage> call = gateway.Client.GetAsync(new Uri(Anything, UriKind.Relative), giveUp.Token);
        await HitAsync(fault);

        bool isAnswered = call.IsCompleted;
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(isAnswered);
        Assert.Empty(gateway.Calls.All);
        using HttpResponseMessage next = await gateway.Client.FetchAsync(Anything);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task A_connection_that_is_open_already_goes_on_while_new_ones_are_silent()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        using HttpResponseMessage first = await gateway.Client.FetchAsync(Anything);
        await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        SxtGatewayFault fault = gateway.Emulator.InjectFault(SxtGatewayFault.Silence());

        using HttpResponseMessage second = await gateway.Client.FetchAsync(Anything);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(0, fault.Hits);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    [InlineData(Front.Https)]
    public async Task Stopping_the_gateway_ends_a_silent_connection(Front front)
    {
        TestGateway gateway = await TestGateway.StartAsync(front);
        SxtGatewayFault fault = gateway.Emulator.InjectFault(SxtGatewayFault.Silence());
        Task<HttpResponseMessage> call = gateway.Client.FetchAsync(Anything);
        await HitAsync(fault);

        await gateway.Emulator.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        gateway.Client.Dispose();
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    [InlineData(Front.Https)]
    public async Task An_answer_that_ends_in_its_headers_is_lost_and_the_work_stands(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropInHeaders(times: 1));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.RequestRefreshAsync(session.RefreshToken));
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Null(gateway.Calls.All[^2].Status);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    [InlineData(Front.Https)]
    public async Task An_answer_that_ends_in_its_body_has_a_status_and_half_a_body(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropInBody(times: 1));

        using HttpResponseMessage response = await BeginAsync(gateway);
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        byte[] read = new byte[64];
        int count = await body.ReadAsync(read, TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<HttpIOException>(
            () => body.ReadAsync(read, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(response.Content.Headers.ContentLength / 2, count);
        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        Assert.Equal(200, gateway.Calls.All[^1].Status);
    }

    [Theory]
    [InlineData(Front.InMemory, false)]
    [InlineData(Front.InMemory, true)]
    [InlineData(Front.Http, false)]
    [InlineData(Front.Http, true)]
    [InlineData(Front.Https, false)]
    [InlineData(Front.Https, true)]
    public async Task A_reset_loses_the_answer_before_or_after_the_work(Front front, bool isWorkDone)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(isWorkDone ? SxtGatewayFault.ResetAfter(times: 1) : SxtGatewayFault.ResetBefore(times: 1));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.RequestRefreshAsync(session.RefreshToken));
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        var socket = Assert.IsType<SocketException>(Assert.IsType<IOException>(failure.InnerException).InnerException);
        Assert.Equal(SocketError.ConnectionReset, socket.SocketErrorCode);
        Assert.Equal(isWorkDone ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    [InlineData(Front.Https)]
    public async Task A_trickling_answer_comes_byte_by_byte_as_the_clock_says_so(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.InjectFault(SxtGatewayFault.Trickle(TimeSpan.FromSeconds(2), times: 1));

        using HttpResponseMessage response = await BeginAsync(gateway);
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(body);
        Task<string> whole = reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        bool atOnce = whole.IsCompleted;
        while (!whole.IsCompleted)
        {
            // The server sets its timers on threads of its own; time passes in halves of a pause until all is here.
            gateway.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(whole, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        Assert.False(atOnce);
        Assert.Equal("false", await whole);
        Assert.True(gateway.Time.GetUtcNow() - TestGateway.Start >= "false".Length * TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_pause_that_is_negative_is_an_argument_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SxtGatewayFault.Trickle(TimeSpan.FromSeconds(-2)));

    private static Task<HttpResponseMessage> BeginAsync(TestGateway gateway) => gateway.Client.GetAsync(
        new Uri(Anything, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    private static async Task HitAsync(SxtGatewayFault fault)
    {
        while (fault.Hits == 0)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
