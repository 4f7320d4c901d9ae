using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

public class HealthCheckTests
{
    [Fact]
    public async Task Before_the_first_login_the_session_is_healthy_and_nobody_is_asked()
    {
        await using var app = CreateApp(health => health.AddSxt());

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal("NotStarted", entry.Data["state"]);
        Assert.Empty(app.Gateway.Calls.All);
    }

    [Fact]
    public async Task An_active_session_is_healthy_and_its_data_tell_when_it_ends()
    {
        await using var app = CreateApp(health => health.AddSxt());
        await app.StartAsync();

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal("Active", entry.Data["state"]);
        Assert.Equal(app.Session.Status.Generation, entry.Data["generation"]);
        Assert.Equal(app.Session.Status.AccessTokenExpiresAt, entry.Data["accessTokenExpiresAt"]);
        Assert.Equal(app.Session.Status.SessionEndsAt, entry.Data["sessionEndsAt"]);
        Assert.Equal(app.Session.Status.RenewalDueAt, entry.Data["renewalDueAt"]);
        Assert.Equal(app.Session.Status.GatewayClockOffset, entry.Data["gatewayClockOffset"]);
        Assert.DoesNotContain("failureReason", entry.Data);
        Assert.DoesNotContain("failures", entry.Data);
    }

    [Fact]
    public async Task A_failed_renewal_with_a_usable_token_is_degraded_and_says_why()
    {
        await using var app = CreateApp(health => health.AddSxt());
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        app.Pass(TimeSpan.FromMinutes(22));

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("GatewayUnreachable", entry.Data["failureReason"]);
        Assert.True((int)entry.Data["failures"] > 1);
        Assert.Contains(TestApp.User, entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_is_unhealthy_and_says_why()
    {
        await using var app = CreateApp(health => health.AddSxt());
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(1));

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal("Unavailable", entry.Data["state"]);
        Assert.Contains("Challenge", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_is_reported_as_the_app_wants_it()
    {
        await using var app = CreateApp(health => health.AddSxt(failureStatus: HealthStatus.Degraded));
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(app)).Status);
    }

    [Fact]
    public async Task After_a_logout_the_session_is_healthy()
    {
        await using var app = CreateApp(health => health.AddSxt());
        await app.StartAsync();
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal("LoggedOut", entry.Data["state"]);
        Assert.DoesNotContain("accessTokenExpiresAt", entry.Data);
    }

    [Fact]
    public async Task A_named_identity_has_a_check_of_its_own_with_the_apps_tags()
    {
        await using var app = new TestApp(services: services =>
        {
            services.AddSxt("reports", options => options.UserId = "reports-service");
            services.AddHealthChecks().AddSxt().AddSxt("reports", tags: ["ready"]).AddSxt("reports", "nightly");
        });
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        var report = await ReportAsync(app);

        Assert.Equal(["nightly", "sxt", "sxt-reports"], report.Entries.Keys.Order());
        Assert.Equal("Active", report.Entries["sxt"].Data["state"]);
        Assert.Equal("NotStarted", report.Entries["sxt-reports"].Data["state"]);
        Assert.Equal(["ready"], report.Entries["sxt-reports"].Tags);
    }

    [Fact]
    public async Task A_login_that_fails_after_a_logout_is_unhealthy()
    {
        await using var app = CreateApp(health => health.AddSxt());
        await app.StartAsync();
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        app.Gateway.InjectFault(SxtGatewayFault.Status(503));
        var query = app.QueryAsync();
        app.Pass(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => query);

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal("LoggedOut", entry.Data["state"]);
        Assert.Equal("GatewayUnreachable", entry.Data["failureReason"]);
    }

    [Fact]
    public async Task A_check_of_an_identity_that_is_not_registered_says_so()
    {
        await using var app = CreateApp(health => health.AddSxt("report"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ReportAsync(app));

        Assert.Contains("identity 'report', which is not registered", failure.Message, StringComparison.Ordinal);
    }

    private static TestApp CreateApp(Action<IHealthChecksBuilder> add) =>
        new(services: services => add(services.AddHealthChecks()));

    private static async Task<HealthReportEntry> CheckAsync(TestApp app) => Assert.Single((await ReportAsync(app)).Entries).Value;

    private static Task<HealthReport> ReportAsync(TestApp app) =>
        app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
}
