using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

public class CacheTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task An_accepted_token_is_not_asked_about_again_for_60_seconds()
    {
        await using var app = await InboundApp.StartAsync();
        var token = app.Issue();
        await ExpectAsync(HttpStatusCode.OK, app, token);

        app.Time.Advance(TimeSpan.FromSeconds(60) - Moment);
        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(1, app.Validations);

        app.Time.Advance(Moment);
        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(2, app.Validations);
    }

    [Fact]
    public async Task A_refused_token_is_not_asked_about_again_for_10_seconds()
    {
        await using var app = await InboundApp.StartAsync();
        var token = Jwt.Forge(app.Time.GetUtcNow());
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);

        app.Time.Advance(TimeSpan.FromSeconds(10) - Moment);
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
        Assert.Equal(1, app.Validations);

        app.Time.Advance(Moment);
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
        Assert.Equal(2, app.Validations);
    }

    [Fact]
    public async Task Settings_that_are_read_again_change_nothing_and_forget_nothing()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("AllowAnyUser", "true")]).Build();
        await using var app = await InboundApp.StartAsync(
            _ => { },
            services => services.Configure<SxtBearerOptions>(SxtBearerDefaults.AuthenticationScheme, settings));
        var token = app.Issue();
        await ExpectAsync(HttpStatusCode.OK, app, token);

        settings["AllowAnyUser"] = "false";
        settings["AllowedUsers:0"] = "somebody";
        settings.Reload();

        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task The_cache_times_can_be_set()
    {
        await using var app = await InboundApp.StartAsync(options =>
            (options.AllowAnyUser, options.CacheTime, options.RefusalCacheTime) = (true, TimeSpan.FromSeconds(5), TimeSpan.Zero));
        var (good, bad) = (app.Issue(), Jwt.Forge(app.Time.GetUtcNow()));
        await ExpectAsync(HttpStatusCode.OK, app, good);
        await ExpectAsync(HttpStatusCode.Unauthorized, app, bad);
        await ExpectAsync(HttpStatusCode.Unauthorized, app, bad);
        Assert.Equal(3, app.Validations);

        app.Time.Advance(TimeSpan.FromSeconds(5));
        await ExpectAsync(HttpStatusCode.OK, app, good);
        Assert.Equal(4, app.Validations);
    }

    [Fact]
    public async Task A_token_is_never_accepted_beyond_its_expiry()
    {
        await using var app = await InboundApp.StartAsync();
        var token = app.Issue();
        app.Time.Advance(TimeSpan.FromMinutes(25) - TimeSpan.FromSeconds(20));
        await ExpectAsync(HttpStatusCode.OK, app, token);

        app.Time.Advance(TimeSpan.FromSeconds(18));
        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(1, app.Validations);

        app.Time.Advance(TimeSpan.FromSeconds(2));
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task The_expiry_is_on_the_gateways_clock(int minutes)
    {
        await using var app = await InboundApp.StartAsync(
            options => (options.AllowAnyUser, options.ClockSkew) = (true, TimeSpan.FromHours(1)),
            localClockOffset: TimeSpan.FromMinutes(minutes));
        using var first = await app.GetAsync(app.Issue("first"));
        var token = app.Issue();
        app.Time.Advance(TimeSpan.FromMinutes(25) - TimeSpan.FromSeconds(20));
        await ExpectAsync(HttpStatusCode.OK, app, token);

        app.Time.Advance(TimeSpan.FromSeconds(20));
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
    }

    [Fact]
    public async Task A_token_logged_out_elsewhere_is_refused_at_the_latest_after_the_cache_time()
    {
        await using var app = await InboundApp.StartAsync();
        var token = app.Issue();
        await ExpectAsync(HttpStatusCode.OK, app, token);
        app.Gateway.RevokeSessions(InboundApp.User);
        await ExpectAsync(HttpStatusCode.OK, app, token);

        app.Time.Advance(TimeSpan.FromSeconds(60));

        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
    }

    [Fact]
    public async Task The_cache_time_counts_from_the_question()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(8), times: 1));
        var token = app.Issue();
        var first = app.GetAsync(token);
        await app.Time.PassWhenAwaitedAsync(TimeSpan.FromSeconds(8));
        using var response = await first;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        app.Time.Advance(TimeSpan.FromSeconds(52) - Moment);
        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(1, app.Validations);

        app.Time.Advance(Moment);
        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(2, app.Validations);
    }

    [Fact]
    public async Task A_token_that_was_invalidated_is_asked_about_again()
    {
        await using var app = await InboundApp.StartAsync();
        var token = app.Issue();
        await ExpectAsync(HttpStatusCode.OK, app, token);
        app.Gateway.RevokeSessions(InboundApp.User);

        app.Services.GetRequiredService<SxtBearerCache>().Invalidate(token);

        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
    }

    [Fact]
    public async Task What_a_validation_finds_out_after_the_token_was_invalidated_is_not_remembered()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(1), times: 1));
        var token = app.Issue();
        var early = app.GetAsync(token);
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 1, TestContext.Current.CancellationToken);
        app.Gateway.RevokeSessions(InboundApp.User);

        app.Services.GetRequiredService<SxtBearerCache>().Invalidate(token);
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);

        await app.Time.PassWhenAwaitedAsync(TimeSpan.FromSeconds(1));
        using var response = await early;
        await ExpectAsync(HttpStatusCode.Unauthorized, app, token);
        Assert.Equal(2, app.Validations);
    }

    [Fact]
    public async Task A_thousand_concurrent_requests_cost_one_call()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(1)));
        var token = app.Issue();

        var requests = Enumerable.Range(0, 1_000).Select(_ => app.GetAsync(token)).ToArray();
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 1, TestContext.Current.CancellationToken);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var responses = await Task.WhenAll(requests);

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task A_caller_that_gives_up_fails_nobody_else()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(1)));
        var token = app.Issue();
        using var impatience = new CancellationTokenSource();
        var first = app.GetAsync(token, cancellationToken: impatience.Token);
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 1, TestContext.Current.CancellationToken);
        var second = app.GetAsync(token);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        using var response = await second;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task A_validation_sees_nothing_of_the_request_that_started_it()
    {
        AsyncLocal<string> local = new();
        List<string?> seen = [];
        await using var app = await InboundApp.StartAsync(services: services =>
        {
            services.AddSingleton<IStartupFilter>(new Flow(local));
            services.PostConfigureAll<SxtBearerOptions>(options =>
                options.BackchannelHttpHandler = new Observer(options.BackchannelHttpHandler!, () => seen.Add(local.Value)));
        });

        await ExpectAsync(HttpStatusCode.OK, app, app.Issue());

        Assert.Equal([null], seen);
    }

    [Fact]
    public async Task At_most_16_tokens_are_asked_about_at_once_and_known_ones_pass_meanwhile()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);
        var known = app.Issue("known");
        await ExpectAsync(HttpStatusCode.OK, app, known);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(1)));

        var requests = Enumerable.Range(0, 16).Select(number => app.GetAsync(app.Issue($"user-{number}"))).ToArray();
        await app.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.ValidToken, 17, TestContext.Current.CancellationToken);
        var flood = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => app.GetAsync(app.Issue($"more-{number}"))));
        await ExpectAsync(HttpStatusCode.OK, app, known);

        Assert.All(flood, response => Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode));
        Assert.All(flood, response => Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta));
        Assert.Equal(17, app.Validations);
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1504);

        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(await Task.WhenAll(requests), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task Refused_tokens_do_not_displace_callers()
    {
        await using var app = await InboundApp.StartAsync(options => (options.AllowAnyUser, options.CacheSize, options.MaxValidationsPerSecond) = (true, 20, 1_000));
        var token = app.Issue();
        await ExpectAsync(HttpStatusCode.OK, app, token);

        for (var number = 0; number < 100; number++)
        {
            await ExpectAsync(HttpStatusCode.Unauthorized, app, Jwt.Forge(app.Time.GetUtcNow(), payload => payload["session"] = $"{number}"));
        }

        await ExpectAsync(HttpStatusCode.OK, app, token);
        Assert.Equal(101, app.Validations);
    }

    private static async Task ExpectAsync(HttpStatusCode status, InboundApp app, string token)
    {
        using var response = await app.GetAsync(token);
        Assert.Equal(status, response.StatusCode);
    }

    private sealed class Flow(AsyncLocal<string> local) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(request => context =>
            {
                local.Value = "the request's";
                return request(context);
            });
            next(app);
        };
    }

    private sealed class Observer(HttpMessageHandler inner, Action observe) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            observe();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
