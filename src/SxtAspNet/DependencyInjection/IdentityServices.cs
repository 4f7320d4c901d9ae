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

        KeyServices.AddTo(services, name);
        services.AddKeyedSingleton(name, (provider, _) => new KeyOpener(
            provider.GetRequiredKeyedService<KeySources>(name), Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new LoginProcedure(
            provider.GetRequiredKeyedService<SessionIdentity>(name).UserId,
            provider.GetRequiredKeyedService<GatewayClient>(name),
            provider.GetRequiredKeyedService<KeyOpener>(name),
            Runtime(provider).TimeProvider,
            Logger<SessionManager>(provider)));
        SharingServices.AddTo(services, name);
        AddSession(services, name);
        services.AddKeyedSingleton<ISxtSession>(name, (provider, _) => provider.GetRequiredKeyedService<SessionManager>(name));
        if (name == Options.DefaultName)
        {
            services.TryAddSingleton<ISxtSession>(provider => provider.GetRequiredKeyedService<SessionManager>(name));
        }

        services.AddKeyedSingleton(name, (_, _) => new TokenHeaders());
        services.AddKeyedSingleton(name, (provider, _) => new TokenOrigins(
            provider.GetRequiredKeyedService<SessionIdentity>(name).Origins));

        services.AddKeyedSingleton(name, (provider, _) => new GatewayDate(
            provider.GetRequiredKeyedService<TokenOrigins>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider)));

        // Handlers belong to IHttpClientFactory, which makes a new one every few minutes.
        services.AddKeyedTransient(name, (provider, _) => new SxtTokenHandler(
            provider.GetRequiredKeyedService<SessionManager>(name),
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<RejectedTokens>(name),
            provider.GetRequiredKeyedService<SessionSettings>(name),
            provider.GetRequiredKeyedService<TokenHeaders>(name),
            provider.GetRequiredKeyedService<TokenOrigins>(name),
            provider.GetRequiredKeyedService<GatewayDate>(name),
            provider.GetRequiredKeyedService<SxtMetrics>(name),
            Runtime(provider),
            Logger<SxtTokenHandler>(provider)));
    }

    private static void AddSession(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, (provider, _) => new SessionSettings(
            provider.GetRequiredKeyedService<SessionIdentity>(name), Settings(provider), Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new CurrentSession(
            provider.GetRequiredKeyedService<GatewayClock>(name), Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionDeaths(
            provider.GetRequiredKeyedService<SessionIdentity>(name).UserId,
            provider.GetRequiredKeyedService<CurrentSession>(name),
            Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionGranter(
            provider.GetRequiredKeyedService<GatewayClient>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            provider.GetRequiredKeyedService<LoginProcedure>(name),
            provider.GetRequiredKeyedService<SxtMetrics>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new RenewalNotes(
            provider.GetRequiredKeyedService<SessionStore>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new Renewal(
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<SessionStore>(name),
            provider.GetRequiredKeyedService<SharedSession>(name),
            provider.GetRequiredKeyedService<SessionGranter>(name),
            provider.GetRequiredKeyedService<SessionDeaths>(name),
            provider.GetRequiredKeyedService<SessionLock>(name),
            provider.GetRequiredKeyedService<SessionNotices>(name),
            provider.GetRequiredKeyedService<RenewalNotes>(name),
            provider.GetRequiredKeyedService<SealKeyRing>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new Logout(
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<SessionStore>(name),
            provider.GetRequiredKeyedService<SharedSession>(name),
            provider.GetRequiredKeyedService<SessionGranter>(name),
            provider.GetRequiredKeyedService<SessionLock>(name),
            provider.GetRequiredKeyedService<SessionNotices>(name),
            Runtime(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionRenewals(
            provider.GetRequiredKeyedService<SessionIdentity>(name),
            provider.GetRequiredKeyedService<SessionSettings>(name),
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<Renewal>(name),
            provider.GetRequiredKeyedService<Logout>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new StoreWatch(
            provider.GetRequiredKeyedService<SessionIdentity>(name),
            provider.GetRequiredKeyedService<SessionSettings>(name),
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<SessionStore>(name),
            provider.GetRequiredKeyedService<SharedSession>(name),
            provider.GetRequiredKeyedService<SessionNotices>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new RejectedTokens(
            provider.GetRequiredKeyedService<SessionSettings>(name),
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<SessionRenewals>(name),
            provider.GetRequiredKeyedService<StoreWatch>(name),
            provider.GetRequiredKeyedService<GatewayClient>(name),
            Runtime(provider),
            Logger<SessionManager>(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionManager(
            provider.GetRequiredKeyedService<SessionIdentity>(name),
            provider.GetRequiredKeyedService<SessionSettings>(name),
            provider.GetRequiredKeyedService<CurrentSession>(name),
            provider.GetRequiredKeyedService<SessionRenewals>(name),
            provider.GetRequiredKeyedService<RejectedTokens>(name),
            provider.GetRequiredKeyedService<SessionDeaths>(name),
            provider.GetRequiredKeyedService<StoreWatch>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Runtime(provider)));
    }

    private static Runtime Runtime(IServiceProvider provider) => provider.GetRequiredService<Runtime>();

    private static IOptionsMonitor<SxtOptions> Settings(IServiceProvider provider) =>
        provider.GetRequiredService<IOptionsMonitor<SxtOptions>>();

    private static ILogger<T> Logger<T>(IServiceProvider provider) => provider.GetRequiredService<ILogger<T>>();
}
