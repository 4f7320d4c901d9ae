using System.Net;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>What validtoken answers at the real gateway is not known for sure: it may call tokens dead that work.</summary>
public class VerdictTests
{
    [Fact]
    public async Task A_judge_that_calls_working_tokens_dead_costs_one_login_at_the_most()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.InjectFault(SxtGatewayFault.Status(401, kind: SxtGatewayCallKind.ValidToken));
        var count = 0;
        app.Recorder.Answer = _ => ++count % 20 == 0 ? Responses.Status(HttpStatusCode.Unauthorized) : null;

        List<Task<HttpResponseMessage>> sending = [];
        for (var tenth = 0; tenth < 6000; tenth++)
        {
            sending.Add(app.QueryAsync());
            app.Pass(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.1));
        }

        var failed = (await Task.WhenAll(sending)).Count(response => response.StatusCode != HttpStatusCode.OK);
        Assert.InRange(app.Logins, 1, 2);
        Assert.InRange(failed, 1, sending.Count / 15);
        Assert.Equal(SxtSessionState.Degraded, app.Session.Status.State);
        Assert.Contains("validtoken", app.Session.Status.FailureMessage, StringComparison.Ordinal);
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1115);
    }

    [Fact]
    public async Task A_session_that_is_dead_is_replaced_although_requests_were_accepted_before()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        for (var second = 0; second < 60; second++)
        {
            using var before = await app.QueryAsync();
            app.Pass(TimeSpan.FromSeconds(1));
        }

        app.Gateway.RevokeSessions(TestApp.User);
        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task Revocations_shortly_after_one_another_make_requests_wait_and_fail_none()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        List<Task<HttpResponseMessage>> sending = [];
        for (var revocation = 0; revocation < 3; revocation++)
        {
            app.Pass(TimeSpan.FromSeconds(4));
            app.Gateway.RevokeSessions(TestApp.User);
            sending.Add(app.QueryAsync());
        }

        app.Pass(TimeSpan.FromSeconds(6));
        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task While_the_gateway_gives_no_answer_only_the_first_401_waits_for_one()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.Unauthorized);
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.ValidToken));

        var first = app.QueryAsync();
        Assert.False(first.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.Unauthorized, (await first).StatusCode);
        for (var second = 0; second < 120; second++)
        {
            var next = app.QueryAsync();
            Assert.True(next.IsCompleted);
            Assert.Equal(HttpStatusCode.Unauthorized, (await next).StatusCode);
            app.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_401_of_a_request_that_cannot_be_sent_again_is_returned_at_once()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(3), kind: SxtGatewayCallKind.ValidToken));
        using var stream = new StreamContent(new MemoryStream(new byte[100_000]));
        stream.Headers.ContentType = new("application/json");

        var sending = app.CreateClient().PostAsync("v1/sql", stream, TestContext.Current.CancellationToken);

        Assert.True(sending.IsCompleted);
        Assert.Equal(HttpStatusCode.Unauthorized, (await sending).StatusCode);
        app.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(2, app.Logins);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"userId":"somebody"}""")]
    [InlineData("<html></html>")]
    public async Task An_answer_that_does_not_name_our_user_is_no_verdict_and_the_gateway_is_asked_again(string body)
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.RevokeSessions(TestApp.User);
        var wrong = app.Gateway.InjectFault(SxtGatewayFault.Answer(200, body, kind: SxtGatewayCallKind.ValidToken));

        using var before = await app.QueryAsync();
        app.Gateway.RemoveFault(wrong);
        app.Pass(TimeSpan.FromSeconds(6));
        using var after = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, before.StatusCode);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1114);
    }
}
