using System.Net;

namespace SxtAspNet.Testing.Tests;

public sealed class FaultTests
{
    private const string Anything = "v1/auth/idexists/nobody";

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_status_comes_with_its_retry_after_and_a_problem(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(503, retryAfter: TimeSpan.FromMilliseconds(1_500)));

        using HttpResponseMessage response = await gateway.Client.FetchAsync(Anything);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter?.Delta);
        Assert.Equal(503, (await response.ReadProblemAsync()).Status);
    }

    [Fact]
    public async Task A_status_in_place_of_the_work_spends_no_refresh_token()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(503, times: 1));

        using HttpResponseMessage failed = await gateway.Client.RequestRefreshAsync(session.RefreshToken);
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_status_after_the_work_spends_the_refresh_token()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(504, times: 1, afterWork: true));

        using HttpResponseMessage failed = await gateway.Client.RequestRefreshAsync(session.RefreshToken);
        using HttpResponseMessage again = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.GatewayTimeout, failed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task A_burst_hits_so_many_calls_and_then_no_more()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SxtGatewayFault fault = gateway.Emulator.InjectFault(SxtGatewayFault.Status(500, times: 2));

        var statuses = new List<int>();
        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await gateway.Client.FetchAsync(Anything);
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([500, 500, 200, 200], statuses);
        Assert.Equal((0, 2), (fault.Remaining, fault.Hits));
    }

    [Fact]
    public async Task A_fault_without_a_count_lasts_until_it_is_cleared()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SxtGatewayFault fault = gateway.Emulator.InjectFault(SxtGatewayFault.Status(500));
        for (int i = 0; i < 5; i++)
        {
            using HttpResponseMessage response = await gateway.Client.FetchAsync(Anything);
        }

        gateway.Emulator.ClearFaults();
        using HttpResponseMessage after = await gateway.Client.FetchAsync(Anything);

        Assert.Equal((null, 5), (fault.Remaining, fault.Hits));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task A_fault_of_a_kind_leaves_the_other_kinds_alone()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(500, kind: SxtGatewayCallKind.Refresh));

        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        using HttpResponseMessage refresh = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.InternalServerError, refresh.StatusCode);
    }

    [Fact]
    public async Task A_removed_fault_hits_no_more_and_the_others_go_on()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SxtGatewayFault first = gateway.Emulator.InjectFault(SxtGatewayFault.Status(500));
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(502));

        gateway.Emulator.RemoveFault(first);
        using HttpResponseMessage response = await gateway.Client.FetchAsync(Anything);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Fact]
    public async Task A_call_meets_the_first_fault_that_fits_and_is_not_used_up()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(500, times: 1));
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(502, times: 1));

        using HttpResponseMessage first = await gateway.Client.FetchAsync(Anything);
        using HttpResponseMessage second = await gateway.Client.FetchAsync(Anything);

        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.Equal(HttpStatusCode.BadGateway, second.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task An_answer_is_given_as_it_is(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        gateway.Emulator.InjectFault(
            SxtGatewayFault.Answer(200, "<p>maintenance</p>", "text/html", [new("X-Proxy", "p"), new("Expires", "0")]));

        using HttpResponseMessage response = await gateway.Client.FetchAsync(Anything);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("p", Assert.Single(response.Headers.GetValues("X-Proxy")));
        Assert.Equal("0", Assert.Single(response.Content.Headers.NonValidated["Expires"]));
        Assert.Equal("<p>maintenance</p>", await response.ReadTextAsync());
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_redirect_names_its_location(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        var location = new Uri("https://elsewhere.test/v1/auth/code");
        gateway.Emulator.InjectFault(SxtGatewayFault.Redirect(location));

        using HttpResponseMessage response = await gateway.Client.RequestChallengeAsync(gateway.User.Id);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(location, response.Headers.Location);
    }

    [Theory]
    [InlineData(199)]
    [InlineData(600)]
    public void A_status_that_is_no_final_answer_is_an_argument_error(int status) =>
        Assert.Throws<ArgumentOutOfRangeException>("statusCode", () => SxtGatewayFault.Status(status));

    [Fact]
    public void A_fault_for_no_call_is_an_argument_error() =>
        Assert.Throws<ArgumentOutOfRangeException>("times", () => SxtGatewayFault.DropBefore(times: 0));
}
