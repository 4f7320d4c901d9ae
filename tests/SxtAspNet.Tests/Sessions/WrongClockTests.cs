using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Diagnostics;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class WrongClockTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(-15)]
    public async Task A_day_with_a_local_clock_that_is_wrong_costs_as_many_calls_as_with_a_right_one(int minutes)
    {
        await using var right = new TestApp();
        await using var wrong = new TestApp(localClockOffset: TimeSpan.FromMinutes(minutes));

        Assert.Equal(await SpendADayAsync(right), await SpendADayAsync(wrong));
        AssertOffset(TimeSpan.FromMinutes(-minutes), wrong);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(-15)]
    public async Task A_gateway_whose_clock_is_wrong_is_served_like_any_other(int minutes)
    {
        await using var app = new TestApp(gateway: new() { ClockOffset = TimeSpan.FromMinutes(minutes) });

        var (logins, refreshes) = await SpendADayAsync(app);

        Assert.Equal(2, logins);
        Assert.InRange(refreshes, 70, 78);
    }

    [Fact]
    public async Task A_jump_of_the_gateways_clock_is_learnt_from_an_api_answer_and_the_renewal_moves()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(10));
        app.Gateway.Options.ClockOffset = TimeSpan.FromMinutes(5);

        using var response = await app.QueryAsync();

        AssertOffset(TimeSpan.FromMinutes(5), app);
        app.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(1, app.Refreshes);
        Assert.Equal(0, app.Gateway.Calls.ExpiredTokensPresented);
    }

    [Fact]
    public async Task An_answer_from_a_cache_tells_no_time()
    {
        await using var app = new TestApp();

        await AskAsync(app, "/v1/sql", age: TimeSpan.FromSeconds(90));

        AssertOffset(TimeSpan.Zero, app);
    }

    [Fact]
    public async Task An_answer_of_another_allowed_origin_tells_no_time()
    {
        await using var app = new TestApp(options => options.AllowedOrigins.Add(new Uri("https://api.test")));

        await AskAsync(app, "https://api.test/orders", age: null);

        AssertOffset(TimeSpan.Zero, app);
    }

    [Fact]
    public async Task A_gateways_answer_from_a_cache_leaves_the_time_unknown()
    {
        await using var app = new TestApp(services: services => services.PostConfigureAll<SxtOptions>(options =>
            options.BackchannelHttpHandler = new AgingHandler(options.BackchannelHttpHandler!)));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Logins);
        Assert.Null(app.Session.Status.GatewayClockOffset);
    }

    [Fact]
    public async Task Where_no_answer_tells_the_time_a_wrong_local_clock_makes_a_token_no_older()
    {
        await using var app = new TestApp(gateway: new() { SendDate = false }, localClockOffset: TimeSpan.FromHours(2));
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(5));

        Assert.Null(app.Session.Status.GatewayClockOffset);
        Assert.Equal([300.0], app.Services.Read<double>("sxt.session.generation.age"));
    }

    [Fact]
    public async Task Where_no_answer_tells_the_time_a_refreshed_token_that_lives_shorter_is_renewed_before_it_ends()
    {
        await using var app = new TestApp(gateway: new() { SendDate = false }, localClockOffset: TimeSpan.FromHours(2));
        await app.StartAsync();
        app.Gateway.Options.AccessTokenLifetime = TimeSpan.FromMinutes(10);

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal([600.0], app.Services.Read<double>("sxt.session.time_to_unusable"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task One_answer_that_is_dated_ten_days_ahead_changes_neither_generations_nor_schedules(int number)
    {
        await using var app = new TestApp(services: services => services.PostConfigureAll<SxtOptions>(options =>
            options.BackchannelHttpHandler = new MisdatingHandler(options.BackchannelHttpHandler!, number)));
        await app.StartAsync();

        for (var renewals = 0; renewals < 3; renewals++)
        {
            var status = app.Session.Status;
            Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(status.Generation) - app.Time.GetUtcNow(), -TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
            Assert.Equal(renewals, app.Refreshes);
            app.Pass(TimeSpan.FromMinutes(20));
        }

        Assert.Equal(1, app.Logins);
        AssertOffset(TimeSpan.Zero, app);
    }

    private static void AssertOffset(TimeSpan expected, TestApp app) =>
        Assert.InRange(app.Session.Status.GatewayClockOffset!.Value, expected, expected + TimeSpan.FromSeconds(1));

    private static async Task AskAsync(TestApp app, string url, TimeSpan? age)
    {
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(1));
        app.Recorder.Answer = _ =>
        {
            var answer = Responses.Status(HttpStatusCode.OK);
            answer.Headers.Date = app.Time.GetUtcNow() + TimeSpan.FromMinutes(10);
            answer.Headers.Age = age;
            return answer;
        };
        using var response = await app.CreateClient().GetAsync(new Uri(url, UriKind.RelativeOrAbsolute), TestContext.Current.CancellationToken);
    }

    private static async Task<(int Logins, int Refreshes)> SpendADayAsync(TestApp app)
    {
        await app.StartAsync();
        using var client = app.CreateClient();
        var end = app.Time.GetUtcNow() + TimeSpan.FromHours(25);
        while (app.Time.GetUtcNow() < end)
        {
            using var response = await app.QueryAsync(client);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            app.Pass(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5));
        }

        Assert.Equal(0, app.Gateway.Calls.ExpiredTokensPresented);
        Assert.Equal(0, app.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        return (app.Logins, app.Refreshes);
    }

    /// <summary>Dates one answer ten days ahead.</summary>
    private sealed class MisdatingHandler(HttpMessageHandler inner, int number) : DelegatingHandler(inner)
    {
        private int _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (++_count == number)
            {
                response.Headers.Date += TimeSpan.FromDays(10);
            }

            return response;
        }
    }

    private sealed class AgingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            response.Headers.Age = TimeSpan.FromSeconds(90);
            return response;
        }
    }
}
