using Microsoft.Extensions.Diagnostics.HealthChecks;
using SxtAspNet;
using SxtAspNet.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the session to the app's health checks.</summary>
public static class SxtHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of an identity's session. Healthy: requests get a token. Degraded: they do, but a renewal
    /// failed. Unhealthy: they fail. It makes no call; its data say the generation, the expiries and the last failure.
    /// </summary>
    /// <remarks>
    /// All instances of a farm share one session, so all become Unhealthy at once. A readiness probe that includes this check takes the
    /// whole app away; docs/health.md says how to wire it.
    /// </remarks>
    /// <param name="builder">The health checks.</param>
    /// <param name="identity">The identity's name, as given to <c>AddSxt</c>; the default identity when not set.</param>
    /// <param name="name">The health check's name; when not set, "sxt", or "sxt-reports" for an identity "reports".</param>
    /// <param name="failureStatus">What to report instead of Unhealthy.</param>
    /// <param name="tags">Tags to filter by.</param>
    /// <param name="timeout">A time limit for the check; it needs none.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddSxt(
        this IHealthChecksBuilder builder,
        string? identity = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var registered = identity ?? Options.Options.DefaultName;
        return builder.Add(new HealthCheckRegistration(
            string.IsNullOrEmpty(name) ? registered.Length == 0 ? "sxt" : $"sxt-{registered}" : name,
            provider => new SxtHealthCheck(provider.GetKeyedService<ISxtSession>(registered) ?? throw new InvalidOperationException(
                $"AddHealthChecks().AddSxt(...) has a check of {IdentityName.Describe(registered)}, which is not registered; call AddSxt for it, or correct the name. "
                + "The first argument is the identity; the check's own name is the second.")),
            failureStatus,
            tags,
            timeout));
    }
}
