using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>What each state is in the eyes of a health check, with and without failures.</summary>
public class HealthStateTests
{
    public static TheoryData<SxtSessionState, int, HealthStatus> States => new()
    {
        { SxtSessionState.NotStarted, 0, HealthStatus.Healthy },
        { SxtSessionState.Active, 0, HealthStatus.Healthy },
        { SxtSessionState.Degraded, 0, HealthStatus.Degraded },
        { SxtSessionState.Degraded, 2, HealthStatus.Degraded },
        { SxtSessionState.Unavailable, 1, HealthStatus.Unhealthy },
        { SxtSessionState.LoggedOut, 0, HealthStatus.Healthy },
        { SxtSessionState.LoggedOut, 2, HealthStatus.Unhealthy },
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task Each_state_has_its_health(SxtSessionState state, int failures, HealthStatus expected)
    {
        var session = new SessionOfState(state, failures);

        var entry = await CheckAsync(session);

        Assert.Equal(expected, entry.Status);
        Assert.Equal(state.ToString(), entry.Data["state"]);
        if (failures > 0)
        {
            Assert.Equal(failures, entry.Data["failures"]);
            Assert.Contains(session.Status.FailureMessage!, entry.Description, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_state_is_left_out() =>
        Assert.Equal(Enum.GetValues<SxtSessionState>(), States.Select(row => row.Data.Item1).Distinct().Order());

    private static async Task<HealthReportEntry> CheckAsync(ISxtSession session)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddKeyedSingleton("", session);
        services.AddHealthChecks().AddSxt();
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        return Assert.Single(report.Entries).Value;
    }

    private sealed class SessionOfState(SxtSessionState state, int failures) : ISxtSession
    {
        public SxtSessionStatus Status { get; } = new()
        {
            State = state,
            UserId = "orders-service",
            Failures = failures,
            FailureReason = failures > 0 ? SxtFailureReason.GatewayUnreachable : null,
            FailureMessage = failures > 0 ? "The gateway is away." : null,
        };

        public ValueTask<SxtAccessToken> GetAccessTokenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RenewAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task LogoutAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
