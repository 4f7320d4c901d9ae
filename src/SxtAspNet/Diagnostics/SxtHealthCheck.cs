using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SxtAspNet.Diagnostics;

/// <summary>Reports whether requests get a token. It asks nobody: it reads the session's status.</summary>
internal sealed class SxtHealthCheck(ISxtSession session) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = session.Status;
        var data = new Dictionary<string, object> { ["state"] = status.State.ToString(), ["generation"] = status.Generation };
        Add("accessTokenExpiresAt", status.AccessTokenExpiresAt);
        Add("sessionEndsAt", status.SessionEndsAt);
        Add("renewalDueAt", status.RenewalDueAt);
        Add("gatewayClockOffset", status.GatewayClockOffset);
        Add("failureReason", status.FailureReason?.ToString());
        if (status.Failures > 0)
        {
            data["failures"] = status.Failures;
        }

        var (health, description) = status.State switch
        {
            SxtSessionState.NotStarted => (HealthStatus.Healthy, "There was no login to Space and Time yet."),
            SxtSessionState.Active => (HealthStatus.Healthy, "The Space and Time session is active."),
            SxtSessionState.LoggedOut when status.Failures == 0 =>
                (HealthStatus.Healthy, "The Space and Time session was logged out; the next request logs in."),
            SxtSessionState.Degraded => (HealthStatus.Degraded, status.FailureMessage ?? "The Space and Time session is being replaced."),
            _ => (context.Registration.FailureStatus, status.FailureMessage ?? "There is no Space and Time token."),
        };
        return Task.FromResult(new HealthCheckResult(health, description, data: data));

        void Add(string key, object? value)
        {
            if (value is not null)
            {
                data[key] = value;
            }
        }
    }
}
