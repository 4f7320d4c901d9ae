using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// What an identity shares with other instances, and by which means: those that a package registered for the identity,
/// else a store of the app's own, else this process.
/// </summary>
internal static class SharingServices
{
    public static void AddTo(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, (provider, _) => new SealKeyRing(
            provider.GetRequiredKeyedService<KeyOpener>(name), Runtime(provider), Logger(provider)));
        services.AddKeyedSingleton(name, (provider, _) =>
        {
            var keys = provider.GetRequiredKeyedService<SealKeyRing>(name);
            var store = provider.GetKeyedService<ISxtSessionStore>(name) ?? provider.GetRequiredService<ISxtSessionStore>();
            return new SessionStore(
                store,
                SessionNameOf(provider, name),
                store is InMemorySessionStore ? null : new SessionSeal(keys, provider.GetRequiredKeyedService<SessionIdentity>(name)),
                keys,
                provider.GetRequiredKeyedService<GatewayClock>(name),
                Runtime(provider),
                Logger(provider));
        });
        services.AddKeyedSingleton(name, (provider, _) => new SessionLock(
            provider.GetRequiredKeyedService<SessionStore>(name).IsShared
                ? provider.GetKeyedService<IDistributedLockProvider>(name) ?? provider.GetService<IDistributedLockProvider>()
                : null,
            SessionNameOf(provider, name) + ":lock",
            Runtime(provider),
            Logger(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SessionNotices(
            provider.GetKeyedService<ISessionNotices>(name),
            SessionNameOf(provider, name) + ":notices",
            Runtime(provider),
            Logger(provider)));
        services.AddKeyedSingleton(name, (provider, _) => new SharedSession(
            provider.GetRequiredKeyedService<SessionStore>(name),
            provider.GetRequiredKeyedService<SessionNotices>(name),
            provider.GetRequiredKeyedService<SessionGranter>(name),
            provider.GetRequiredKeyedService<GatewayClient>(name),
            provider.GetRequiredKeyedService<GatewayClock>(name),
            Logger(provider)));
    }

    private static string SessionNameOf(IServiceProvider provider, string name)
    {
        var identity = provider.GetRequiredKeyedService<SessionIdentity>(name);
        var prefix = provider.GetKeyedService<SharingPrefix>(name) ?? SharingPrefix.Default;
        return SessionName.Create(prefix.Value, identity.GatewayUrl, identity.UserId);
    }

    private static Runtime Runtime(IServiceProvider provider) => provider.GetRequiredService<Runtime>();

    private static ILogger<SessionManager> Logger(IServiceProvider provider) =>
        provider.GetRequiredService<ILogger<SessionManager>>();
}

/// <summary>What the names of everything shared begin with: instances with different prefixes never share.</summary>
internal sealed record SharingPrefix(string Value)
{
    public static readonly SharingPrefix Default = new("sxt:");
}
