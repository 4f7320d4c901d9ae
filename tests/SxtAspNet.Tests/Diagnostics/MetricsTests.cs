using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

public class MetricsTests
{
    [Fact]
    public async Task A_login_and_a_refresh_are_measured_by_their_kind_in_seconds()
    {
        await using var app = new TestApp();
        using var durations = Durations(app);
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
                AssertTags(login.Tags, ("sxt.identity", "default"), ("sxt.renewal.kind", "login"));
            },
            refresh => AssertTags(refresh.Tags, ("sxt.identity", "default"), ("sxt.renewal.kind", "refresh")));
    }

    [Fact]
    public async Task A_failure_is_measured_with_its_reason()
    {
        await using var app = new TestApp();
        using var durations = Durations(app);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Challenge));

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        AssertTags(
            Assert.Single(durations.GetMeasurementSnapshot()).Tags,
            ("sxt.identity", "default"),
            ("sxt.renewal.kind", "login"),
            ("error.type", "Throttled"));
    }

    [Fact]
    public async Task A_refused_refresh_and_the_login_after_it_are_two_measurements()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        using var durations = Durations(app);
        app.Gateway.RevokeSessions(TestApp.User);

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Collection(
            durations.GetMeasurementSnapshot(),
            refresh => AssertTags(
                refresh.Tags, ("sxt.identity", "default"), ("sxt.renewal.kind", "refresh"), ("error.type", "SessionEnded")),
            login => AssertTags(login.Tags, ("sxt.identity", "default"), ("sxt.renewal.kind", "login")));
    }

    [Fact]
    public async Task A_named_identity_is_told_apart()
    {
        await using var app = new TestApp(services: services =>
            services.AddSxt("reports", options => options.UserId = "reports-service"));
        using var durations = Durations(app);

        await app.Services.GetRequiredKeyedService<ISxtSession>("reports").GetAccessTokenAsync(TestContext.Current.CancellationToken);

        AssertTags(
            Assert.Single(durations.GetMeasurementSnapshot()).Tags, ("sxt.identity", "reports"), ("sxt.renewal.kind", "login"));
    }

    [Fact]
    public async Task A_replay_is_counted()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        using var replays = new MetricCollector<long>(
            app.Services.GetRequiredService<IMeterFactory>(), "SxtAspNet", "sxt.client.replays");
        using var first = await app.QueryAsync();
        Assert.Empty(replays.GetMeasurementSnapshot());
        app.Pass(TimeSpan.FromSeconds(3));
        app.Gateway.RevokeSessions(TestApp.User);

        using var second = await app.QueryAsync();

        var measurement = Assert.Single(replays.GetMeasurementSnapshot());
        Assert.Equal(1, measurement.Value);
        AssertTags(measurement.Tags, ("sxt.identity", "default"));
    }

    private static MetricCollector<double> Durations(TestApp app) =>
        new(app.Services.GetRequiredService<IMeterFactory>(), "SxtAspNet", "sxt.session.renewal.duration");

    private static void AssertTags(IReadOnlyDictionary<string, object?> tags, params (string Key, object? Value)[] expected) =>
        Assert.Equal(expected.OrderBy(tag => tag.Key), tags.Select(tag => (tag.Key, tag.Value)).OrderBy(tag => tag.Key));
}
