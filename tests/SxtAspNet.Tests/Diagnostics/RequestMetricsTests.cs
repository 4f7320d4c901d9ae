using System.Net;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>What is measured of requests.</summary>
public class RequestMetricsTests
{
    private static readonly (string, string) Default = ("sxt.identity", "default");

    [Fact]
    public async Task Requests_that_wait_for_a_token_are_counted_while_they_do_and_their_time_is_measured()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), times: 1, SxtGatewayCallKind.Token));
        using var durations = app.Services.Collect<double>("sxt.requests.wait.duration");

        var sending = Enumerable.Range(0, 3).Select(_ => app.QueryAsync()).ToArray();
        Assert.Equal(3, app.Services.Count("sxt.requests.waiting", Default));
        app.Pass(TimeSpan.FromSeconds(2));
        await Task.WhenAll(sending);
        using var warm = await app.QueryAsync();

        Assert.Equal(0, app.Services.Count("sxt.requests.waiting", Default));
        Assert.Equal(3, durations.GetMeasurementSnapshot().Count);
        Assert.All(durations.GetMeasurementSnapshot(), measured =>
        {
            Assert.Equal(2, measured.Value, precision: 3);
            measured.Tags.AssertTags(("sxt.identity", "default"));
        });
    }

    [Fact]
    public async Task A_request_that_gets_no_token_is_measured_with_the_reason()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        using var durations = app.Services.Collect<double>("sxt.requests.wait.duration");

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => sending);
        Assert.Single(durations.GetMeasurementSnapshot()).Tags.AssertTags(("sxt.identity", "default"), ("error.type", "GatewayUnreachable"));
        Assert.Equal(0, app.Services.Count("sxt.requests.waiting"));
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_more()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), times: 1, SxtGatewayCallKind.Token));
        using var durations = app.Services.Collect<double>("sxt.requests.wait.duration");
        using var giveUp = new CancellationTokenSource();

        var sending = app.QueryAsync(giveUp.Token);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Single(durations.GetMeasurementSnapshot()).Tags.AssertTags(("sxt.identity", "default"), ("error.type", "Canceled"));
        Assert.Equal(0, app.Services.Count("sxt.requests.waiting"));
    }

    [Fact]
    public async Task A_replay_is_counted_and_its_401_was_a_dead_tokens()
    {
        await using var app = await DeadAsync();

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Services.Count("sxt.requests.replays", Default));
        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default, ("sxt.cause", "dead_token")));
        Assert.Equal(0, app.Services.Count("sxt.requests.not_replayable", Default));
    }

    [Fact]
    public async Task A_request_that_can_not_be_sent_again_is_counted()
    {
        await using var app = await DeadAsync();
        using var content = new StreamContent(new MemoryStream(new byte[200_000]));

        using var response = await app.CreateClient().PostAsync("v1/sql/dql", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        AssertNotReplayable(1, app);
        Assert.Equal(0, app.Services.Count("sxt.requests.replays", Default));
    }

    [Fact]
    public async Task Where_replay_is_switched_off_no_request_counts_as_one_that_can_not_be_sent_again()
    {
        await using var app = await DeadAsync(options => options.ReplayOnUnauthorized = false);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, app.Logins);
        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default, ("sxt.cause", "dead_token")));
        AssertNotReplayable(0, app);
    }

    [Fact]
    public async Task A_401_of_a_dead_token_is_told_apart_although_no_other_can_be_had()
    {
        await using var app = await DeadAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Challenge));

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default, ("sxt.cause", "dead_token")));
        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default));
    }

    [Fact]
    public async Task A_401_of_the_apis_own_is_told_apart()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.Unauthorized);

        using var response = await app.QueryAsync();

        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default, ("sxt.cause", "api")));
        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default));
        AssertNotReplayable(0, app);
    }

    [Fact]
    public async Task A_401_that_nobody_can_explain_is_unknown()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.Unauthorized);
        app.Gateway.InjectFault(SxtGatewayFault.Status(500));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromMinutes(1));
        using var response = await sending;

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(1, app.Services.Count("sxt.requests.unauthorized", Default, ("sxt.cause", "unknown")));
    }

    private static void AssertNotReplayable(int requests, TestApp app)
    {
        Assert.Equal(requests, app.Services.Count("sxt.requests.not_replayable", Default));
        Assert.Equal(requests, app.Logs.GetSnapshot().Count(record => record.Id.Id == 1202));
    }

    /// <summary>An app whose session the gateway has ended.</summary>
    private static async Task<TestApp> DeadAsync(Action<SxtOptions>? options = null)
    {
        var app = new TestApp(options);
        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(3));
        app.Gateway.RevokeSessions(TestApp.User);
        return app;
    }
}
