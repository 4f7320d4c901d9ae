using Microsoft.Extensions.DependencyInjection.Extensions;
using SxtAspNet;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs the library in virtual time, for tests.</summary>
public static class SxtVirtualTimeServiceCollectionExtensions
{
    /// <summary>
    /// Runs the app in virtual time: its <see cref="TimeProvider"/> becomes the given one, and what the library does in the background
    /// runs on the thread that moves that clock, to its end or to its next wait. A test that advances the clock by an hour has the renewals
    /// of that hour behind it when the call returns. Only for tests: a key source, a store or a handler that blocks its thread blocks
    /// the clock as well, where in real time each of them gets a thread of its own.
    /// </summary>
    /// <param name="services">The app's services; <c>AddSxt</c> may be called before or after.</param>
    /// <param name="timeProvider">The clock, such as a FakeTimeProvider.</param>
    /// <param name="jitter">
    /// Draws from [0, 1), whenever the library spreads what instances do; may be called by several threads. Half each time when omitted.
    /// </param>
    /// <returns>The services.</returns>
    public static IServiceCollection UseSxtVirtualTime(this IServiceCollection services, TimeProvider timeProvider, Func<double>? jitter = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(timeProvider);
        services.Replace(ServiceDescriptor.Singleton(timeProvider));
        services.Replace(ServiceDescriptor.Singleton(new Runtime(timeProvider)
        {
            Random = jitter ?? (static () => 0.5),
            StartDetached = static work => _ = work(),
            StartForeign = static call => call(),
            Completions = TaskCreationOptions.None,
        }));
        return services;
    }
}
