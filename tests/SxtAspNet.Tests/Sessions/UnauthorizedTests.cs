using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class UnauthorizedTests
{
    /// <summary>A session that has just been granted is not taken for dead at once.</summary>
    private static readonly TimeSpan AfterLogin = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_request_whose_token_was_replaced_meanwhile_is_sent_again_with_the_new_one()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        var renewed = false;
        app.Recorder.Answer = _ =>
        {
            if (renewed)
            {
                return null;
            }

            renewed = true;
            app.Session.RenewAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            return null;
        };

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Recorder.Requests.Count);
        Assert.NotEqual(app.Recorder.Requests[0].Authorization, app.Recorder.Requests[1].Authorization);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_request_that_meets_a_refresh_at_a_strict_gateway_waits_for_it_and_is_sent_again()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(2), times: 1, SxtGatewayCallKind.Refresh));
        var renewing = app.Session.RenewAsync(TestContext.Current.CancellationToken);

        var sending = app.QueryAsync();
        Assert.False(sending.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(2));

        await renewing;
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Logins);
        Assert.Equal(1, app.Refreshes);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task A_dead_session_is_replaced_by_one_login_for_all_requests_that_meet_it()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(1), kind: SxtGatewayCallKind.ValidToken));

        var sending = Enumerable.Range(0, 50).Select(_ => app.QueryAsync()).ToArray();
        app.Pass(TimeSpan.FromSeconds(2));

        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(2, app.Logins);
        Assert.Equal(0, app.Refreshes);
    }

    [Fact]
    public async Task A_200_with_an_empty_body_means_that_the_token_is_dead()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(AfterLogin);
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, "", kind: SxtGatewayCallKind.ValidToken));

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task A_login_after_a_dead_token_that_takes_long_is_not_reported_as_a_missing_verdict()
    {
        await using var app = new TestApp(options => options.AcquireTimeout = TimeSpan.FromSeconds(5));
        await app.StartAsync();
        app.Pass(AfterLogin);
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(8), kind: SxtGatewayCallKind.Challenge));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(12));

        Assert.Equal(HttpStatusCode.Unauthorized, (await sending).StatusCode);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1106);
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Id.Id == 1114);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task In_an_outage_a_401_does_not_wait_for_a_renewal_that_can_not_change_it()
    {
        await using var app = new TestApp(gateway: new() { OldAccessTokensSurviveRefresh = true });
        await app.StartAsync();
        app.Recorder.Answer = request => Responses.Status(HttpStatusCode.Unauthorized);
        foreach (var kind in new[] { SxtGatewayCallKind.Refresh, SxtGatewayCallKind.Challenge, SxtGatewayCallKind.ValidToken })
        {
            app.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, kind: kind));
        }

        app.Pass(app.Session.Status.RenewalDueAt!.Value - app.Time.GetUtcNow());
        var renewals = app.Services.GetRequiredKeyedService<SessionRenewals>("");
        PassUntil(() => renewals is { Failure: not null, Running: null });
        var first = app.QueryAsync();
        PassUntil(() => first.IsCompleted && app.Logs.GetSnapshot().Any(record => record.Id.Id == 1114));
        PassUntil(() => renewals.Running is not null);

        var second = app.QueryAsync();

        Assert.True(second.IsCompleted);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second).StatusCode);

        void PassUntil(Func<bool> condition)
        {
            for (var steps = 0; !condition(); steps++)
            {
                Assert.True(steps < 120);
                app.Pass(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
            }
        }
    }

    [Fact]
    public async Task An_endpoint_that_always_answers_401_causes_no_login_storm()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = request => Responses.Status(HttpStatusCode.Unauthorized);

        for (var round = 0; round < 10; round++)
        {
            var sending = Enumerable.Range(0, 50).Select(_ => app.QueryAsync());
            Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
            app.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, app.Logins);
        Assert.Equal(0, app.Refreshes);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(500, app.Recorder.Requests.Count);

        app.Pass(TimeSpan.FromSeconds(30));
        using var later = await app.QueryAsync();
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task A_verdict_does_not_hold_into_the_time_when_another_instance_may_refresh()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = request => Responses.Status(HttpStatusCode.Unauthorized);
        var earliest = app.Session.Status.AccessTokenExpiresAt!.Value - TimeSpan.FromMinutes(5.5);
        app.Pass(earliest - TimeSpan.FromSeconds(12) - app.Time.GetUtcNow());

        Assert.Equal(1, await ChecksAfterAsync(TimeSpan.Zero));
        Assert.Equal(1, await ChecksAfterAsync(TimeSpan.FromSeconds(8)));
        Assert.Equal(2, await ChecksAfterAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(2, await ChecksAfterAsync(TimeSpan.FromSeconds(0.9)));
        Assert.Equal(3, await ChecksAfterAsync(TimeSpan.FromSeconds(0.2)));
        Assert.Equal(0, app.Refreshes);

        async Task<int> ChecksAfterAsync(TimeSpan time)
        {
            app.Pass(time);
            using var response = await app.QueryAsync();
            return app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken);
        }
    }

    [Fact]
    public async Task Without_a_clear_answer_the_401_is_returned_and_the_gateway_is_asked_again_after_five_seconds()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = request => Responses.Status(HttpStatusCode.Unauthorized);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.ValidToken));

        using var first = await app.QueryAsync();
        using var second = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, first.StatusCode);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        app.Pass(TimeSpan.FromSeconds(6));
        using var third = await app.QueryAsync();

        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task While_the_gateway_does_not_answer_a_401_waits_for_it_no_longer_than_a_request_waits_for_a_token()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = request => Responses.Status(HttpStatusCode.Unauthorized);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, kind: SxtGatewayCallKind.ValidToken));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(15));
        Assert.False(sending.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(15));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.InRange(app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken), 2, 3);
        Assert.Equal(1, app.Logins);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_session_that_is_found_dead_while_logins_fail_makes_requests_wait_and_after_AcquireTimeout_fail_at_once()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Challenge));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(10));
        Assert.False(sending.IsCompleted);
        app.Gateway.ClearFaults();
        app.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);

        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Challenge));
        var late = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(34));
        Assert.Equal(HttpStatusCode.Unauthorized, (await late).StatusCode);
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());
        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
    }

    [Fact]
    public async Task Sessions_that_keep_dying_young_are_met_with_back_off_and_an_explanation()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        List<Task<HttpResponseMessage>> sending = [];

        for (var second = 0; second < 300; second++)
        {
            app.Gateway.RevokeSessions(TestApp.User);
            sending.Add(app.QueryAsync());
            app.Pass(TimeSpan.FromSeconds(1));
        }

        app.Pass(TimeSpan.FromMinutes(1));
        foreach (var request in sending)
        {
            try
            {
                (await request).Dispose();
            }
            catch (SxtAuthenticationException failure)
            {
                Assert.Equal(SxtFailureReason.SessionEnded, failure.Reason);
                Assert.Contains("same user", failure.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(app.Logins, 6, 18);
        Assert.Contains("same user", app.Session.Status.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_death_now_and_then_fails_no_request()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        for (var hour = 0; hour < 12; hour++)
        {
            app.Pass(TimeSpan.FromMinutes(2));
            app.Gateway.RevokeSessions(TestApp.User);
            var sending = app.QueryAsync();

            // The first time it is believed at once; again within a token's lifetime, after two seconds.
            Assert.Equal(hour == 0, sending.IsCompleted);
            app.Pass(TimeSpan.FromSeconds(2.5));
            Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        }

        Assert.Equal(13, app.Logins);
    }

    [Fact]
    public async Task Content_that_cannot_be_sent_again_keeps_its_401_and_the_next_request_succeeds()
    {
        await using var app = new TestApp(options => options.MaxReplayBufferSize = 8);
        await app.StartAsync();
        app.Pass(AfterLogin);
        app.Gateway.RevokeSessions(TestApp.User);
        using var stream = new StreamContent(new MemoryStream("""{"sqlText":"SELECT 1"}"""u8.ToArray()));
        stream.Headers.ContentType = new("application/json");

        using var response = await app.CreateClient().PostAsync("v1/sql", stream, TestContext.Current.CancellationToken);
        using var next = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(2, app.Logins);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1202 && record.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task With_replay_switched_off_the_401_is_returned_and_the_next_request_succeeds()
    {
        await using var app = new TestApp(options => options.ReplayOnUnauthorized = false);
        await app.StartAsync();
        app.Pass(AfterLogin);
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = await app.QueryAsync();
        using var next = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task A_request_is_replayed_once_at_most()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(AfterLogin);
        app.Recorder.Answer = request =>
        {
            app.Gateway.RevokeSessions(TestApp.User);
            return Responses.Status(HttpStatusCode.Unauthorized);
        };

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, app.Recorder.Requests.Count);
    }

    [Fact]
    public async Task The_401_is_disposed_before_the_replay()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.RevokeSessions(TestApp.User);
        app.Pass(AfterLogin);
        var content = new DisposalWatch();
        app.Recorder.Answer = request => app.Recorder.Requests.Count == 1
            ? new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = content }
            : Responses.Status(content.IsDisposed ? HttpStatusCode.OK : HttpStatusCode.Conflict);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_caller_that_gives_up_during_the_inquiry_leaves_it_to_the_others()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(AfterLogin);
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.ValidToken));
        using var impatience = new CancellationTokenSource();

        var first = app.QueryAsync(impatience.Token);
        var second = app.QueryAsync();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        app.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    private sealed class DisposalWatch() : ByteArrayContent([])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
