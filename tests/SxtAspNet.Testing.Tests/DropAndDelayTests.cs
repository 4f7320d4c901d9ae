using System.Net;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

public sealed class DropAndDelayTests
{
    private const string Anything = "v1/auth/idexists/nobody";

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_connection_dropped_before_the_work_spends_no_refresh_token(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropBefore(times: 1));

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.RequestRefreshAsync(session.RefreshToken));
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_connection_dropped_after_the_work_loses_the_answer_and_spends_the_refresh_token(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropAfter(times: 1));

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.RequestRefreshAsync(session.RefreshToken));
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task A_dropped_connection_in_memory_is_told_as_a_response_that_ended()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.InjectFault(SxtGatewayFault.DropBefore());

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.FetchAsync(Anything));

        Assert.Equal(HttpRequestError.ResponseEnded, e.HttpRequestError);
        Assert.IsType<IOException>(e.InnerException);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_truncated_body_is_broken_json_and_the_refresh_token_is_spent(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.TruncateBody(times: 1));

        using HttpResponseMessage broken = await gateway.Client.RequestRefreshAsync(session.RefreshToken);
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, broken.StatusCode);
        await Assert.ThrowsAsync<JsonException>(broken.ReadSessionAsync);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_delay_is_over_when_the_clock_says_so(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(10)));

        Task<HttpResponseMessage> call = gateway.Client.FetchAsync(Anything);
        await gateway.Calls.WaitForAsync(SxtGatewayCallKind.IdExists, 1, TestContext.Current.CancellationToken);
        gateway.Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        DateTimeOffset? early = gateway.Calls.All.Single().CompletedAt;
        gateway.Time.Advance(TimeSpan.FromTicks(1));
        using HttpResponseMessage response = await call;

        Assert.Null(early);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_latency_delays_every_call_and_adds_to_a_delay()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Latency = TimeSpan.FromMilliseconds(40) });
        gateway.Emulator.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromMilliseconds(60), times: 1));

        Task<HttpResponseMessage> slower = gateway.Client.FetchAsync(Anything);
        Task<HttpResponseMessage> slow = gateway.Client.FetchAsync(Anything);
        bool atOnce = slow.IsCompleted;
        gateway.Time.Advance(TimeSpan.FromMilliseconds(40));
        (bool slowDone, bool slowerDone) = (slow.IsCompletedSuccessfully, slower.IsCompleted);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(60));

        Assert.Equal((false, true, false, true), (atOnce, slowDone, slowerDone, slower.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_caller_who_gives_up_before_the_work_has_changed_nothing()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, times: 1));

        await GiveUpRefreshAsync(gateway, session);
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_caller_who_gives_up_after_the_work_has_spent_the_refresh_token()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DelayAnswer(Timeout.InfiniteTimeSpan, times: 1));

        await GiveUpRefreshAsync(gateway, session);
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task Stopping_the_gateway_drops_the_calls_that_wait(Front front)
    {
        TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan));
        Task<HttpResponseMessage> call = gateway.Client.FetchAsync(Anything);
        await gateway.Calls.WaitForAsync(SxtGatewayCallKind.IdExists, 1, TestContext.Current.CancellationToken);

        await gateway.Emulator.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        gateway.Client.Dispose();
    }

    private static async Task GiveUpRefreshAsync(TestGateway gateway, SessionJson session)
    {
        using var giveUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/auth/refresh");
        request.Headers.Authorization = new("Bearer", session.RefreshToken);
        Task<HttpResponseMessage> refresh = gateway.Client.SendAsync(request, giveUp.Token);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refresh);
        Assert.Null(gateway.Calls.All[^1].Status);
        Assert.NotNull(gateway.Calls.All[^1].CompletedAt);
    }
}
