using System.Net;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Inbound;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>What is measured of callers.</summary>
public class InboundMetricsTests
{
    private static readonly (string, string) Scheme = ("sxt.scheme", "SxtBearer");

    [Fact]
    public async Task Validations_are_counted_by_their_outcome_and_by_who_knew()
    {
        await using var app = await InboundApp.StartAsync();
        using var durations = app.Services.Collect<double>("sxt.inbound.validation.duration");
        var token = app.Issue();

        using var first = await app.GetAsync(token);
        using var second = await app.GetAsync(token);
        using var malformed = await app.GetAsync("nonsense");
        using var other = await app.GetAsync(app.Issue("somebody-else"));
        app.Gateway.InjectFault(SxtGatewayFault.Status(429));
        using var unavailable = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(1, Count("accepted", "gateway"));
        Assert.Equal(1, Count("accepted", "cache"));
        Assert.Equal(0, Count("refused", "cache"));
        Assert.Equal(1, Count("unavailable", "gateway"));
        Assert.Equal(5, app.Services.Count("sxt.inbound.validations", Scheme));
        Assert.Contains(durations.GetMeasurementSnapshot(), measured =>
            (string?)measured.Tags["sxt.outcome"] == "accepted" && (string?)measured.Tags["sxt.scheme"] == "SxtBearer");

        long Count(string outcome, string source) =>
            app.Services.Count("sxt.inbound.validations", Scheme, ("sxt.outcome", outcome), ("sxt.source", source));
    }

    [Fact]
    public async Task Requests_over_a_limit_are_counted_by_which()
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            options.CallerAddress = _ => IPAddress.Parse("192.0.2.1");
            options.MaxRefusalsPerAddress = 1;
        });

        using var first = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow()));
        Assert.Equal(0, Limited("address"));
        using var second = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(1, Limited("address"));
        Assert.Equal(0, Limited("app"));

        long Limited(string cause) => app.Services.Count("sxt.inbound.limited", Scheme, ("sxt.cause", cause));
    }

    [Fact]
    public async Task What_the_gateway_put_off_is_counted()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromMinutes(1)));

        using var throttled = await app.GetAsync(app.Issue());
        using var next = await app.GetAsync(app.Issue());

        Assert.Equal(1, app.Services.Count("sxt.inbound.limited", Scheme, ("sxt.cause", "gateway")));
    }
}
