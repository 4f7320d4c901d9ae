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
    /// <param name="name">The identity's name, as given to <c>AddSxt</c>; the default identity when not set.</param>
    /// <param name="failureStatus">What to report instead of Unhealthy.</param>
    /// <param name="tags">Tags to filter by.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddSxt(
        this IHealthChecksBuilder builder, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var identity = name ?? Options.Options.DefaultName;
        return builder.Add(new HealthCheckRegistration(
            identity.Length == 0 ? "sxt" : $"sxt:{identity}",
            provider => new SxtHealthCheck(provider.GetRequiredKeyedService<ISxtSession>(identity)),
            failureStatus,
            tags));
    }
}
