using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Gateway.Wire;

namespace SxtAspNet.Tests.Inbound;

/// <summary>A gateway that can't be asked is no fault of the caller's.</summary>
public class UnavailableTests
{
    [Theory]
    [InlineData("connection dropped")]
    [InlineData("server error")]
    [InlineData("redirect")]
    [InlineData("not JSON")]
    [InlineData("no user id")]
    [InlineData("an empty user id")]
    [InlineData("a user id that is no text")]
    [InlineData("another refusal")]
    public async Task Any_failure_of_the_gateway_is_a_503_with_retry_after(string name)
    {
        const SxtGatewayCallKind kind = SxtGatewayCallKind.ValidToken;
        var fault = name switch
        {
            "connection dropped" => SxtGatewayFault.DropBefore(kind: kind),
            "server error" => SxtGatewayFault.Status(500, kind: kind),
            "redirect" => SxtGatewayFault.Redirect(new Uri("https://elsewhere.test/"), kind: kind),
            "not JSON" => SxtGatewayFault.Answer(200, "<html>", kind: kind),
            "no user id" => SxtGatewayFault.Answer(200, "{}", kind: kind),
            "an empty user id" => SxtGatewayFault.Answer(200, "\"\"", kind: kind),
            "a user id that is no text" => SxtGatewayFault.Answer(200, """{"userId":"\ud800"}""", kind: kind),
            _ => SxtGatewayFault.Status(404, kind: kind),
        };
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(fault);

        using var response = await app.Time.PassUntilAsync(app.GetAsync(app.Issue()), TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.Empty(response.Headers.WwwAuthenticate);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1503);
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_is_a_503_after_the_timeout()
    {
        await using var app = await InboundApp.StartAsync(options => (options.AllowAnyUser, options.GatewayTimeout) = (true, TimeSpan.FromSeconds(3)));
        app.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan));
        var request = app.GetAsync(app.Issue());
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 1, TestContext.Current.CancellationToken);
        Assert.False(request.IsCompleted);

        app.Time.Advance(TimeSpan.FromSeconds(3));
        using var response = await request;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task A_backchannel_that_fails_in_its_own_way_is_a_503_and_a_warning_that_names_it()
    {
        await using var app = await InboundApp.StartAsync(services: services => services.PostConfigureAll<SxtBearerOptions>(
            options => options.BackchannelHttpHandler = BadHandler.Throwing(_ => new NotSupportedException("a proxy of the app's own"))));

        using var response = await app.Time.PassUntilAsync(app.GetAsync(app.Issue()), TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var record = Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id is 1503 or 1505);
        Assert.Equal(1503, record.Id.Id);
        Assert.Contains("BackchannelHttpHandler failed with NotSupportedException", record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packets_that_are_dropped_while_connecting_are_a_503_and_a_warning_that_says_so()
    {
        await using var hole = await BlackHole.StartAsync();
        using var handler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        await using var app = await InboundApp.StartAsync(services: services => services.PostConfigureAll<SxtBearerOptions>(
            options => (options.GatewayUrl, options.BackchannelHttpHandler) = (hole.Uri, handler)));

        using var response = await app.Time.PassUntilAsync(app.GetAsync(app.Issue()), TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var record = Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id is 1503 or 1505);
        Assert.Equal(1503, record.Id.Id);
        Assert.Contains("dropped packets?", record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_asks_for_fewer_calls_is_left_alone_for_that_time()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);
        var known = app.Issue("known");
        using var earlier = await app.GetAsync(known);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromSeconds(4)));
        using var first = await app.GetAsync(app.Issue());
        app.Time.Advance(TimeSpan.FromSeconds(1));

        using var second = await app.GetAsync(app.Issue());
        using var meanwhile = await app.GetAsync(known);
        var validations = app.Validations;
        app.Time.Advance(TimeSpan.FromSeconds(3));
        using var third = await app.GetAsync(app.Issue());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 4), (first.StatusCode, first.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 3), (second.StatusCode, second.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Equal(HttpStatusCode.OK, meanwhile.StatusCode);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
        Assert.Equal(2, validations);
    }

    [Fact]
    public async Task A_wish_for_hours_of_silence_locks_new_callers_out_for_five_seconds()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromHours(5)));
        using var first = await app.GetAsync(app.Issue());
        app.Time.Advance(TimeSpan.FromSeconds(5));

        using var second = await app.GetAsync(app.Issue());

        Assert.Equal(TimeSpan.FromSeconds(5), first.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task A_long_silence_that_the_gateway_asked_for_is_broken_by_one_question_in_five_seconds()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, retryAfter: TimeSpan.FromMinutes(1)));
        using var first = await app.GetAsync(app.Issue("first"));

        for (var second = 0; second < 20; second++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            for (var caller = 0; caller < 5; caller++)
            {
                using var response = await app.GetAsync(app.Issue($"caller-{second}-{caller}"));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
            }
        }

        Assert.Equal(1 + 4, app.Validations);
    }

    [Fact]
    public async Task A_question_that_the_gateway_answers_ends_the_silence_for_all()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromHours(5)));
        using var first = await app.GetAsync(app.Issue("first"));
        app.Time.Advance(TimeSpan.FromSeconds(5));

        foreach (var user in new[] { "second", "third", "fourth" })
        {
            using var response = await app.GetAsync(app.Issue(user));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(4, app.Validations);
    }

    [Fact]
    public async Task An_address_whose_tokens_were_refused_asks_too_where_nobody_else_does()
    {
        await using var app = await InboundApp.StartAsync(options =>
            (options.AllowAnyUser, options.CallerAddress) = (true, _ => IPAddress.Loopback));
        using var forged = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow(), _ => { }));
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromHours(5)));
        using var first = await app.GetAsync(app.Issue());
        app.Time.Advance(TimeSpan.FromSeconds(9));

        using var early = await app.GetAsync(app.Issue());
        app.Time.Advance(TimeSpan.FromSeconds(1));
        using var late = await app.GetAsync(app.Issue());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (early.StatusCode, early.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
    }

    [Fact]
    public async Task While_the_question_is_under_way_others_are_told_to_come_back()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromHours(5)));
        using var first = await app.GetAsync(app.Issue("first"));
        app.Time.Advance(TimeSpan.FromSeconds(5));
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.ValidToken));

        var asking = app.GetAsync(app.Issue("second"));
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 2, TestContext.Current.CancellationToken);
        var waiting = app.GetAsync(app.Issue("third"));
        Assert.Same(waiting, await Task.WhenAny(waiting, app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 3, TestContext.Current.CancellationToken)));
        using var meanwhile = await waiting;
        app.Time.Advance(TimeSpan.FromSeconds(2));
        using var second = await asking;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, meanwhile.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, app.Validations);
    }

    [Fact]
    public async Task A_failure_is_not_remembered()
    {
        await using var app = await InboundApp.StartAsync();
        var fault = app.Gateway.InjectFault(SxtGatewayFault.Status(404));
        var token = app.Issue();
        using var first = await app.GetAsync(token);
        app.Gateway.RemoveFault(fault);

        using var second = await app.GetAsync(token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task A_known_token_passes_while_the_gateway_is_down()
    {
        await using var app = await InboundApp.StartAsync();
        var token = app.Issue();
        using var first = await app.GetAsync(token);
        app.Gateway.InjectFault(SxtGatewayFault.Status(404));

        using var second = await app.GetAsync(token);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task An_event_can_make_it_another_answer()
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowAnyUser = true;
            options.Events.OnChallenge = context =>
            {
                Assert.Equal(SxtFailureReason.BadAnswer, Assert.IsType<SxtValidationUnavailableException>(context.AuthenticateFailure).Reason);
                (context.StatusCode, context.RetryAfter, context.Error, context.ErrorDescription) = (401, null, "invalid_token", "a \"quoted\"\r\nword");
                return Task.CompletedTask;
            };
        });
        app.Gateway.InjectFault(SxtGatewayFault.Status(404));

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Null(response.Headers.RetryAfter);
        Assert.EndsWith("error=\"invalid_token\", error_description=\"a  quoted   word\"", response.Challenge(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_app_has_problem_details_the_answer_is_one()
    {
        await using var app = await InboundApp.StartAsync(services: services => services.AddProblemDetails());
        app.Gateway.InjectFault(SxtGatewayFault.Status(404, times: 1));

        using var unavailable = await app.GetAsync(app.Issue());
        using var refused = await app.GetAsync("abc");
        using var missing = await app.GetAsync(null);
        using var forbidden = await app.GetAsync(app.Issue(), "/nobody");

        Assert.Equal((503, "The gateway can't be asked about the token at the moment."), await ProblemAsync(unavailable));
        Assert.Equal((401, "The token is not a Space and Time token"), await ProblemAsync(refused));
        Assert.Equal((401, null), await ProblemAsync(missing));
        Assert.Equal((403, null), await ProblemAsync(forbidden));
    }

    private static async Task<(int, string?)> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return ((int)response.StatusCode, problem.TryGetProperty("detail", out var detail) ? detail.GetString() : null);
    }
}
