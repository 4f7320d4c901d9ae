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
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The health check's name.</param>
    /// <param name="identity">The identity's name, as given to <c>AddSxt</c>; the default identity when not set.</param>
    /// <param name="failureStatus">What to report instead of Unhealthy.</param>
    /// <param name="tags">Tags to filter by.</param>
    /// <param name="timeout">A time limit for the check; it needs none.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddSxt(
        this IHealthChecksBuilder builder,
        string name = "sxt",
        string? identity = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new SxtHealthCheck(provider.GetRequiredKeyedService<ISxtSession>(identity ?? Options.Options.DefaultName)),
            failureStatus,
            tags,
            timeout));
    }
}
