using System.Net;
using Microsoft.Extensions.Logging;
using SxtAspNet.Inbound;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>Many unknown tokens of one address are no trouble for the callers of another.</summary>
public class FloodTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("203.0.113.7");

    // Budgets are shared by hash: one in 65,536 other addresses shares the attacker's.
    private static readonly IPAddress Genuine = Enumerable.Range(1, 200).Select(number => IPAddress.Parse($"198.51.100.{number}"))
        .First(address => ValidationLimits.SlotOf(address) != ValidationLimits.SlotOf(Attacker));

    [Fact]
    public async Task An_address_whose_tokens_are_refused_gets_429_without_a_call_while_another_is_served()
    {
        var address = Attacker;
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            (options.CallerAddress, options.MaxRefusalsPerAddress) = (_ => address, 3);
        });
        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 5; number++)
        {
            using var forged = await app.GetAsync(Forge(app, number));
            statuses.Add(forged.StatusCode);
        }

        using var over = await app.GetAsync(Forge(app, 5));
        var validations = app.Validations;
        address = Genuine;
        using var genuine = await app.GetAsync(app.Issue());

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], statuses);
        Assert.Equal(TimeSpan.FromSeconds(5), over.Headers.RetryAfter!.Delta);
        Assert.Empty(over.Headers.WwwAuthenticate);
        Assert.Equal(3, validations);
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
    }

    [Fact]
    public async Task A_known_token_of_an_address_over_its_limit_is_accepted()
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            (options.CallerAddress, options.MaxRefusalsPerAddress) = (_ => Attacker, 1);
        });
        var known = app.Issue();
        using var first = await app.GetAsync(known);
        using var forged = await app.GetAsync(Forge(app, 0));

        using var again = await app.GetAsync(known);
        using var unknown = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, unknown.StatusCode);
    }

    [Fact]
    public async Task After_a_pause_that_the_gateway_asked_for_addresses_in_good_standing_come_first()
    {
        var address = Attacker;
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            options.CallerAddress = _ => address;
        });
        using var forged = await app.GetAsync(Forge(app, 0));
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1, retryAfter: TimeSpan.FromMinutes(1)));
        using var throttled = await app.GetAsync(app.Issue());
        app.Time.Advance(TimeSpan.FromSeconds(5));

        using var refusedLately = await app.GetAsync(app.Issue());
        address = Genuine;
        using var genuine = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusedLately.StatusCode);
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
    }

    [Fact]
    public void Half_of_what_all_have_is_kept_for_addresses_in_good_standing()
    {
        using var limits = new ValidationLimits(new SxtBearerOptions
        {
            MaxValidationsPerSecond = 4,
            MaxValidationsPerAddress = 100,
            MaxConcurrentValidations = 2,
        });
        limits.NoteRefusal(1);

        Assert.Equal(ValidationLimits.Answer.AllAreOver, limits.Admit(1, running: 1));
        Assert.Equal(ValidationLimits.Answer.Ask, limits.Admit(2, running: 1));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1")]
    public void Addresses_of_one_network_share_a_budget(string one, string other)
    {
        Assert.Equal(ValidationLimits.SlotOf(IPAddress.Parse(one)), ValidationLimits.SlotOf(IPAddress.Parse(other)));
    }

    [Theory]
    [InlineData("2001:db8:0:{0}::1")]
    [InlineData("192.0.2.{0}")]
    public void Networks_do_not_share_one_budget(string format)
    {
        var slots = Enumerable.Range(1, 200).Select(number => ValidationLimits.SlotOf(IPAddress.Parse(string.Format(null, format, number))));

        // Two of them may, by chance; not a hundred.
        Assert.InRange(slots.Distinct().Count(), 100, 200);
    }

    [Fact]
    public async Task An_address_over_its_limit_is_reported_once_in_a_minute_not_once_per_request()
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            (options.CallerAddress, options.MaxRefusalsPerAddress) = (_ => Attacker, 1);
        });

        await SendForgedAsync(app, 0, 5);
        var first = app.Logs.GetSnapshot().Where(record => record.Id.Id == 1506).ToArray();
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await SendForgedAsync(app, 5, 5);

        var record = Assert.Single(first);
        Assert.Equal(LogLevel.Warning, record.Level);
        Assert.Contains("203.0.113.7", record.Message, StringComparison.Ordinal);
        Assert.Contains("MaxRefusalsPerAddress", record.Message, StringComparison.Ordinal);
        Assert.Equal(2, app.Logs.GetSnapshot().Count(entry => entry.Id.Id == 1506));
    }

    private static async Task SendForgedAsync(InboundApp app, int from, int count)
    {
        for (var number = from; number < from + count; number++)
        {
            using var response = await app.GetAsync(Forge(app, number));
        }
    }

    private static string Forge(InboundApp app, int number) =>
        Jwt.Forge(app.Time.GetUtcNow(), payload => payload["session"] = $"{number}");
}
