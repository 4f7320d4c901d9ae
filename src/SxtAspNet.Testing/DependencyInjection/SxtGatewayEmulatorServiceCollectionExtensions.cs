using Microsoft.Extensions.Http;
using SxtAspNet;
using SxtAspNet.Testing;
using SxtAspNet.Testing.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Points an app at a gateway emulator.</summary>
public static class SxtGatewayEmulatorServiceCollectionExtensions
{
    private static readonly Type[] Sharing = [typeof(SxtSessionSharing), typeof(ISxtSessionStore), typeof(ISxtSessionNotices)];

    /// <summary>
    /// Points the whole app at an emulator: the gateway calls of all its identities, and the requests of its HTTP
    /// clients to the gateway that was configured. Each identity keeps its user id ("emulator-user" where none is
    /// configured) and logs in with a key made for the emulator, which puts it on the user's keyring; its
    /// configured keys are not opened. The authentication schemes of <c>AddSxtBearer</c> ask the emulator about their
    /// callers' tokens; <see cref="SxtGatewayEmulator.IssueAccessToken"/> makes some. An emulator in memory is called in
    /// memory, a started one over HTTP. Of one that was started over https, its own <see cref="SxtGatewayEmulator.Certificate"/> is trusted and no other:
    /// the calls succeed with <see cref="SxtGatewayCertificate.Valid"/> only.
    /// </summary>
    /// <remarks>
    /// No setting of an identity is needed, nor is a Redis: what the app registered before this call to share its sessions
    /// (<c>AddRedis</c>, <c>AddDistributedSession</c>, an <see cref="ISxtSessionStore"/>) is taken away, so that each app keeps its sessions in its own
    /// memory. What is registered after this call is kept: for a test of a farm.
    /// </remarks>
    /// <param name="services">The app's services; the identities may be registered before or after.</param>
    /// <param name="emulator">The emulator; it stays the caller's to dispose.</param>
    /// <param name="link">
    /// Puts a handler of the test between this app and an emulator in memory, given the handler that calls it: one that fails as a
    /// network does, for example. Is called for each connection that the app would have.
    /// </param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">There is a link, and the emulator was started over HTTP.</exception>
    public static IServiceCollection UseSxtGatewayEmulator(
        this IServiceCollection services, SxtGatewayEmulator emulator, Func<HttpMessageHandler, HttpMessageHandler>? link = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(emulator);
        if (link is not null && !emulator.IsInMemory)
        {
            throw new ArgumentException("A link needs an emulator in memory; this one was started, and is called over HTTP.", nameof(link));
        }

        var target = new EmulatorTarget(emulator, link);
        services.PostConfigureAll<SxtOptions>(target.Configure);
        services.PostConfigureAll<SxtBearerOptions>(target.Configure);
        services.AddSingleton<IHttpMessageHandlerBuilderFilter>(target);
        StopSharing(services);
        return services;
    }

    private static void StopSharing(IServiceCollection services)
    {
        foreach (var service in services.Where(service => Array.IndexOf(Sharing, service.ServiceType) >= 0).ToArray())
        {
            services.Remove(service);
        }
    }
}
