using System.Net;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>The gateway decides how long a token is good; what is known of its clock only saves questions.</summary>
public class CallerClockTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(31);

    [Fact]
    public async Task A_machine_that_slept_accepts_fresh_tokens()
    {
        await using var app = await InboundApp.StartAsync();
        using var before = await app.GetAsync(app.Issue());
        app.Time.Sleep(TimeSpan.FromHours(2));

        using var after = await app.GetAsync(app.Issue());

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (before.StatusCode, after.StatusCode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_date_of_a_proxys_error_page_tells_no_time(bool isWarm)
    {
        await using var app = await InboundApp.StartAsync();
        if (isWarm)
        {
            using var before = await app.GetAsync(app.Issue());
        }

        // A call is made three times.
        var fault = Misdate(app, 502);
        using var failed = await app.Time.PassUntilAsync(app.GetAsync(app.Issue()), TimeSpan.FromSeconds(5));
        Restore(app, fault);
        var validations = app.Validations;

        using var response = await app.GetAsync(app.Issue());
        using var expired = await app.GetAsync(Expired(app, TimeSpan.FromSeconds(6)));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("expired", expired.Challenge(), StringComparison.Ordinal);
        Assert.Equal(validations + 1, app.Validations);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Answers_with_a_wrong_date_keep_fresh_tokens_out_for_half_a_minute_at_most(int answersBefore)
    {
        await using var app = await InboundApp.StartAsync();
        for (var number = 0; number < answersBefore; number++)
        {
            using var before = await app.GetAsync(app.Issue());
        }

        var fault = Misdate(app, 401);
        for (var number = 0; number < 3; number++)
        {
            // Seems to be good, whatever the clock shows, until the gateway is asked.
            using var forged = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow(), payload =>
                (payload["exp"], payload["session"]) = (app.Time.GetUtcNow().AddDays(1).ToUnixTimeSeconds(), $"{number}")));
        }

        Restore(app, fault);
        using var early = await app.GetAsync(app.Issue());
        app.Time.Advance(Interval);
        using var late = await app.GetAsync(app.Issue());
        using var later = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.Unauthorized, early.StatusCode);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (late.StatusCode, later.StatusCode));
    }

    [Fact]
    public async Task While_the_time_is_sure_an_expired_token_is_refused_without_a_question()
    {
        await using var app = await InboundApp.StartAsync();
        using var before = await app.GetAsync(app.Issue());

        using var expired = await app.GetAsync(Expired(app, TimeSpan.FromSeconds(6)));
        using var over = await app.GetAsync(Jwt.Forge(
            app.Time.GetUtcNow().AddMinutes(-20), payload => payload["ssn_exp"] = app.Time.GetUtcNow().AddSeconds(-6).ToUnixTimeMilliseconds()));

        Assert.Contains("expired", expired.Challenge(), StringComparison.Ordinal);
        Assert.Contains("expired", over.Challenge(), StringComparison.Ordinal);
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task While_no_answer_tells_the_time_many_expired_tokens_lead_to_one_question_in_half_a_minute()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.Options.SendDate = false;

        for (var minute = 0; minute < 3; minute++)
        {
            for (var number = 0; number < 20; number++)
            {
                using var response = await app.GetAsync(Expired(app, TimeSpan.FromHours(1), $"{minute}-{number}"));
                Assert.Contains("expired", response.Challenge(), StringComparison.Ordinal);
            }

            Assert.Equal(minute + 1, app.Validations);
            app.Time.Advance(Interval);
        }
    }

    [Fact]
    public async Task An_address_that_may_not_ask_takes_nobody_the_question_about_an_expired_token()
    {
        var address = IPAddress.Parse("203.0.113.7");
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            (options.CallerAddress, options.MaxRefusalsPerAddress) = (_ => address, 1);
        });
        app.Gateway.Options.SendDate = false;
        using var forged = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow()));
        using var over = await app.GetAsync(Expired(app, TimeSpan.FromHours(1)));
        address = null;

        using var asked = await app.GetAsync(Expired(app, TimeSpan.FromHours(1)));

        Assert.Equal(HttpStatusCode.TooManyRequests, over.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);
        Assert.Equal(2, app.Validations);
    }

    [Fact]
    public async Task A_token_that_is_not_valid_yet_is_refused_by_the_gateway()
    {
        await using var app = await InboundApp.StartAsync();

        using var response = await app.GetAsync(Jwt.Forge(
            app.Time.GetUtcNow(), payload => payload["nbf"] = app.Time.GetUtcNow().AddMinutes(6).ToUnixTimeSeconds()));

        Assert.Contains("not valid yet", response.Challenge(), StringComparison.Ordinal);
        Assert.Equal(1, app.Validations);
    }

    private static string Expired(InboundApp app, TimeSpan since, string session = "x") => Jwt.Forge(
        app.Time.GetUtcNow(), payload => (payload["exp"], payload["session"]) = ((app.Time.GetUtcNow() - since).ToUnixTimeSeconds(), session));

    /// <summary>All answers are dated two hours ahead from now on.</summary>
    private static SxtGatewayFault Misdate(InboundApp app, int status)
    {
        app.Gateway.Options.SendDate = false;
        return app.Gateway.InjectFault(SxtGatewayFault.Answer(
            status, "", headers: [new("Date", app.Time.GetUtcNow().AddHours(2).ToString("R"))], kind: SxtGatewayCallKind.ValidToken));
    }

    private static void Restore(InboundApp app, SxtGatewayFault fault)
    {
        app.Gateway.RemoveFault(fault);
        app.Gateway.Options.SendDate = true;
    }
}
