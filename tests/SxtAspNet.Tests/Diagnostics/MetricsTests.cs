using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>What is measured of a session.</summary>
public class MetricsTests
{
    private static readonly (string, string) Default = ("sxt.identity", "default");

    [Fact]
    public async Task The_state_is_one_of_five()
    {
        await using var app = new TestApp();
        _ = app.Session;
        Assert.Equal("not_started", State(app));

        await app.StartAsync();
        Assert.Equal("active", State(app));

        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        app.Pass(TimeSpan.FromMinutes(22));
        Assert.Equal("degraded", State(app));

        app.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal("unavailable", State(app));

        app.Gateway.ClearFaults();
        app.Pass(TimeSpan.FromMinutes(1));
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        Assert.Equal("logged_out", State(app));
        Assert.Equal(5, app.Services.Read<long>("sxt.session.state", Default).Length);
    }

    [Fact]
    public async Task The_times_tell_when_requests_fail_and_how_old_the_token_is()
    {
        await using var app = new TestApp(gateway: new() { SessionLifetime = TimeSpan.FromHours(10) });
        _ = app.Session;
        Assert.Empty(app.Services.Read<double>("sxt.session.time_to_unusable"));
        Assert.Empty(app.Services.Read<double>("sxt.session.time_to_end"));
        Assert.Empty(app.Services.Read<double>("sxt.session.generation.age"));
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(5));

        // The gateway's clock is known to the second.
        Assert.InRange(Assert.Single(app.Services.Read<double>("sxt.session.time_to_unusable", Default)), (20 * 60) - 1, 20 * 60);
        Assert.InRange(Assert.Single(app.Services.Read<double>("sxt.session.time_to_end", Default)), 36000 - 301, 36000 - 300);
        Assert.InRange(Assert.Single(app.Services.Read<double>("sxt.session.generation.age", Default)), 300, 302);
    }

    [Fact]
    public async Task Without_a_token_the_time_until_requests_fail_is_zero()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal([0.0], app.Services.Read<double>("sxt.session.time_to_unusable"));
    }

    [Fact]
    public async Task Once_a_token_is_over_the_time_until_requests_fail_is_zero()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));

        app.Pass(TimeSpan.FromMinutes(30));

        Assert.Equal([0.0], app.Services.Read<double>("sxt.session.time_to_unusable"));
    }

    [Fact]
    public async Task A_private_session_of_an_app_that_shares_none_has_no_mode()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        Assert.Empty(app.Services.Read<long>("sxt.session.mode"));
        Assert.Empty(app.Services.Read<long>("sxt.store.operations"));
    }

    [Fact]
    public async Task The_clock_offset_is_the_gateways()
    {
        await using var app = new TestApp(localClockOffset: TimeSpan.FromMinutes(-7));
        await app.StartAsync();

        Assert.InRange(Assert.Single(app.Services.Read<double>("sxt.gateway.clock_offset", Default)), 420, 422);
    }

    [Fact]
    public async Task Renewals_are_counted_from_zero_on_by_what_was_asked_what_came_of_it_and_why()
    {
        await using var app = new TestApp();
        _ = app.Session;
        Assert.All(app.Services.Read<long>("sxt.session.renewals"), count => Assert.Equal(0, count));
        Assert.Contains(app.Services.Read<long>("sxt.session.renewals", ("sxt.kind", "refresh"), ("sxt.outcome", "failed"), ("sxt.cause", "schedule")), count => count == 0);
        await app.QueryAsync();
        app.Pass(TimeSpan.FromMinutes(21));
        app.Gateway.RevokeSessions(TestApp.User);
        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, Renewals("login", "granted", "request"));
        Assert.Equal(1, Renewals("refresh", "granted", "schedule"));
        Assert.Equal(1, Renewals("refresh", "failed", "command"));
        Assert.Equal(1, Renewals("login", "granted", "command"));
        Assert.Equal(4, app.Services.Count("sxt.session.renewals", Default));

        long Renewals(string kind, string outcome, string cause) =>
            app.Services.Count("sxt.session.renewals", ("sxt.kind", kind), ("sxt.outcome", outcome), ("sxt.cause", cause));
    }

    [Fact]
    public async Task A_login_and_a_refresh_are_measured_by_their_kind_in_seconds()
    {
        await using var app = new TestApp();
        using var durations = app.Services.Collect<double>("sxt.session.renewal.duration");
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(3), times: 1, SxtGatewayCallKind.Token));
        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(3));

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal("s", durations.Instrument!.Unit);
        Assert.Collection(
            durations.GetMeasurementSnapshot(),
            login =>
            {
                Assert.Equal(3, login.Value, precision: 3);
                login.Tags.AssertTags(("sxt.identity", "default"), ("sxt.kind", "login"));
            },
            refresh => refresh.Tags.AssertTags(("sxt.identity", "default"), ("sxt.kind", "refresh")));
    }

    [Fact]
    public async Task The_exchange_of_an_api_key_is_told_from_a_login()
    {
        const string apiKey = "sxt_0123456789abcdefghijklmnop";
        await using var app = new TestApp(services: services => services.PostConfigureAll<SxtOptions>(options =>
        {
            options.Keys.Clear();
            options.Keys.Add(new() { ApiKey = apiKey });
        }));
        app.Gateway.AddApiKey(TestApp.User, apiKey);
        await app.StartAsync();

        Assert.Equal(1, app.Services.Count("sxt.session.renewals", Default, ("sxt.kind", "exchange"), ("sxt.outcome", "granted")));
        Assert.Equal(0, app.Services.Count("sxt.session.renewals", Default, ("sxt.kind", "login")));
    }

    [Fact]
    public async Task A_failure_is_measured_with_its_reason()
    {
        await using var app = new TestApp();
        using var durations = app.Services.Collect<double>("sxt.session.renewal.duration");
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Challenge));

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Single(durations.GetMeasurementSnapshot()).Tags.AssertTags(
            ("sxt.identity", "default"), ("sxt.kind", "login"), ("error.type", "Throttled"));
        Assert.Equal(1, app.Services.Count("sxt.session.renewals", ("sxt.kind", "login"), ("sxt.outcome", "failed")));
    }

    [Fact]
    public async Task Sessions_that_the_gateway_ends_are_counted()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(0, app.Services.Count("sxt.session.deaths", Default));
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = await app.QueryAsync();

        Assert.Equal(1, app.Services.Count("sxt.session.deaths", Default));
    }

    [Fact]
    public async Task The_key_that_a_session_was_logged_in_with_is_told_by_its_position()
    {
        TestKeySource broken = new(), good = new();
        broken.Fail();
        await using var app = new TestApp(key: good, services: services => services.UseKeys(broken, good));
        await app.StartAsync();

        Assert.Equal([1.0], app.Services.Read<double>("sxt.session.key", Default));
        Assert.Equal(1, app.Services.Count("sxt.key.opens", ("sxt.source", "Keys:0"), ("sxt.outcome", "failed")));
        Assert.Equal(1, app.Services.Count("sxt.key.opens", ("sxt.source", "Keys:1"), ("sxt.outcome", "opened")));
        Assert.Equal([0L], app.Services.Read<long>("sxt.key.opens", ("sxt.source", "Keys:1"), ("sxt.outcome", "timeout")));
    }

    [Fact]
    public async Task A_key_that_hangs_is_counted_as_such()
    {
        var key = new TestKeySource { Opening = _ => new(new TaskCompletionSource<SxtCredential>().Task) };
        await using var app = new TestApp(key: key);
        await app.StartAsync();

        app.Pass(TimeSpan.FromMinutes(1));

        Assert.True(app.Services.Count("sxt.key.opens", ("sxt.source", "Keys:0"), ("sxt.outcome", "timeout")) > 0);
    }

    [Fact]
    public async Task A_named_identity_is_told_apart()
    {
        await using var app = new TestApp(services: services => services.AddSxt("reports", options => options.UserId = "reports-service"));
        await app.StartAsync();
        await app.Services.GetRequiredKeyedService<ISxtSession>("reports").LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Services.Count("sxt.session.state", Default, ("sxt.state", "active")));
        Assert.Equal(1, app.Services.Count("sxt.session.state", ("sxt.identity", "reports"), ("sxt.state", "logged_out")));
    }

    [Fact]
    public async Task A_scrape_asks_nobody()
    {
        await using var app = new TestApp();
        _ = app.Session;

        Assert.NotEmpty(app.Services.Read<long>("sxt.session.state"));

        Assert.Empty(app.Gateway.Calls.All);
    }

    [Fact]
    public async Task Two_apps_in_one_process_keep_to_themselves_and_one_that_ends_disappears()
    {
        await using var idle = new TestApp();
        _ = idle.Session;
        using var ofIdle = idle.Services.Collect<long>("sxt.session.state");
        var active = new TestApp();
        await active.StartAsync();
        using var ofActive = active.Services.Collect<long>("sxt.session.state");

        Assert.Equal("not_started", State(idle));
        Assert.Equal("active", State(active));
        await active.DisposeAsync();
        ofActive.RecordObservableInstruments();
        ofIdle.RecordObservableInstruments();

        Assert.Empty(ofActive.GetMeasurementSnapshot());
        Assert.Equal(5, ofIdle.GetMeasurementSnapshot().Count);
    }

    private static string? State(TestApp app) => app.Services.Word("sxt.session.state", "sxt.state");
}
