using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;
using SxtAspNet.Outbound;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// How one identity is put together: each part is a singleton keyed by the identity's name, so that the container
/// creates it when it is first used and disposes it.
/// </summary>
internal static class IdentityServices
{
    public static void AddTo(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, (provider, _) => new SessionIdentity(name, Settings(provider).Get(name)));
        services.AddKeyedSingleton(name, (provider, _) => new SxtMetrics(
            provider.GetRequiredService<IMeterFactory>(), name, Runtime(provider).TimeProvider));

        services.AddKeyedSingleton(name, (provider, _) => new GatewayClock(Runtime(provider).TimeProvider));
        services.AddKeyedSingleton(name, (provider, _) => new GatewayTransport(
            provider.GetRequiredKeyedService<SessionIdentity>(name).BaseUrl,
            Settings(provider).Get(name).BackchannelHttpHandler,
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new GatewayClient(
            provider.GetRequiredKeyedService<GatewayTransport>(name),
            provider.GetRequiredKeyedService<SessionIdentity>(name).UserId));

        services.AddKeyedSingleton(name, (provider, _) => new KeySources(
            KeySources.FactoriesOf(name, provider), provider.GetKeyedServices<ISxtKeySource>(name)));
        services.AddKeyedSingleton(name, (provider, _) => new KeyOpener(
            provider.GetRequiredKeyedService<KeySources>(name), Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new LoginProcedure(
            provider.GetRequiredKeyedService<SessionIdentity>(name).UserId,
            provider.GetRequiredKeyedService<GatewayClient>(name),
            provider.GetRequiredKeyedService<KeyOpener>(name),
            Runtime(provider).TimeProvider,
            Logger<SessionManager>(provider)));
        SharingServices.AddTo(services, name);
        services.AddKeyedSingleton(name, (provider, _) => new SessionDeaths(
            provider.GetRequiredKeyedService<SessionIdentity>(name).UserId, Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionGranter(
            provider.GetRequiredKeyedService<GatewayClient>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            provider.GetRequiredKeyedService<LoginProcedure>(name),
            provider.GetRequiredKeyedService<SessionDeaths>(name),
            provider.GetRequiredKeyedService<SxtMetrics>(name),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionRenewer(
            provider.GetRequiredKeyedService<SessionGranter>(name),
            provider.GetRequiredKeyedService<SessionStore>(name),
            provider.GetRequiredKeyedService<SessionLock>(name),
            provider.GetRequiredKeyedService<SessionNotices>(name),
            provider.GetRequiredKeyedService<SealKeyRing>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionManager(
            provider.GetRequiredKeyedService<SessionIdentity>(name),
            Settings(provider),
            provider.GetRequiredKeyedService<SessionRenewer>(name),
            provider.GetRequiredKeyedService<SessionDeaths>(name),
            provider.GetRequiredKeyedService<SessionNotices>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton<ISxtSession>(name, (provider, _) => provider.GetRequiredKeyedService<SessionManager>(name));
        if (name == Options.DefaultName)
        {
            services.TryAddSingleton<ISxtSession>(provider => provider.GetRequiredKeyedService<SessionManager>(name));
        }

        services.AddKeyedSingleton(name, (provider, _) => new TokenInquiry(
            provider.GetRequiredKeyedService<SessionManager>(name),
            provider.GetRequiredKeyedService<GatewayClient>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (_, _) => new TokenHeaders());
        services.AddKeyedSingleton(name, (provider, _) => new TokenOrigins(
            provider.GetRequiredKeyedService<SessionIdentity>(name).Origins));

        // Handlers belong to IHttpClientFactory, which makes a new one every few minutes.
        services.AddKeyedTransient(name, (provider, _) => new SxtTokenHandler(
            provider.GetRequiredKeyedService<SessionManager>(name),
            provider.GetRequiredKeyedService<TokenInquiry>(name),
            provider.GetRequiredKeyedService<TokenHeaders>(name),
            provider.GetRequiredKeyedService<TokenOrigins>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            provider.GetRequiredKeyedService<SxtMetrics>(name),
            Logger<SxtTokenHandler>(provider)));
    }

    private static Runtime Runtime(IServiceProvider provider) => provider.GetRequiredService<Runtime>();

    private static IOptionsMonitor<SxtOptions> Settings(IServiceProvider provider) =>
        provider.GetRequiredService<IOptionsMonitor<SxtOptions>>();

    private static ILogger<T> Logger<T>(IServiceProvider provider) => provider.GetRequiredService<ILogger<T>>();
}
