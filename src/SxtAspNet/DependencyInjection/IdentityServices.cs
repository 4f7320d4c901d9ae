using Medallion.Threading;
using Microsoft.AspNetCore.DataProtection;
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
internal sealed class IdentityServices(IServiceCollection services, string name)
{
    public static void AddTo(IServiceCollection services, string name)
    {
        var identity = new IdentityServices(services, name);
        identity.AddGateway();
        KeyServices.AddTo(services, name);
        identity.AddSharing();
        identity.AddSession();
        identity.AddOutbound();
    }

    private void AddGateway()
    {
        Add(parts =>
        {
            var options = parts.Options;
            parts.App<FormerGatewayNotice>().Check(options.GatewayUrl);
            return new SessionIdentity(name, options);
        });
        Add(parts => new SxtMetrics(parts.App<SxtInstruments>(), name, parts.Runtime.TimeProvider));
        Add(parts => new GatewayClock(parts.Runtime.TimeProvider));
        Add(parts => new GatewayTransport(
            parts.Get<SessionIdentity>().BaseUrl, parts.Options.BackchannelHttpHandler, parts.Get<GatewayClock>(), parts.Runtime));
        Add(parts => new GatewayClient(parts.Get<GatewayTransport>(), parts.Get<SessionIdentity>().User));

        // The proxy's answers are dated by a clock of its own.
        Add(parts => new ProxyClient(
            new GatewayTransport(
                BaseUrl.Of(parts.Get<SessionIdentity>().ProxyUrl),
                parts.Options.BackchannelHttpHandler,
                new GatewayClock(parts.Runtime.TimeProvider),
                parts.Runtime),
            parts.Get<GatewayClock>(),
            parts.Get<SessionIdentity>().User));
    }

    /// <summary>
    /// What an identity shares with other instances, and by which means: those that a package registered for the identity,
    /// else services of the app's own, else this process.
    /// </summary>
    private void AddSharing()
    {
        Add(parts => new SealKeyRing(parts.Get<SealSources>(), parts.Runtime, parts.Log<SessionManager>()));
        Add(parts =>
        {
            var store = parts.Sharing?.Store ?? parts.Find<ISxtSessionStore>() ?? parts.App<InMemorySessionStore>();
            if (store is InMemorySessionStore)
            {
                // As long as nobody knows whose keys they are, each identity is a user of its own.
                var owner = parts.Get<SessionIdentity>().User.IsConfigured ? "" : name + "\n";
                return new SessionStore(parts.Context, store, owner + parts.SessionName, seal: null);
            }

            parts.Get<SxtMetrics>().ExpectSharing(StoreOperation.All.Select(operation => operation.Name));
            return new SessionStore(parts.Context, store, parts.SessionName, parts.Seal);
        });
        Add(parts => new SessionLock(
            parts.Context,
            parts.Get<SessionStore>().IsShared ? parts.Sharing?.Lock ?? parts.Find<IDistributedLockProvider>() : null,
            parts.SessionName + Sessions.SessionName.Lock));
        Add(parts => new SessionNotices(
            parts.Context, parts.Sharing?.Notices ?? parts.Find<ISxtSessionNotices>(), parts.SessionName + Sessions.SessionName.Notices));
        Add(parts => new SharedSession(
            parts.Context, parts.Get<SessionStore>(), parts.Get<SessionNotices>(), parts.Get<SessionGranter>(), parts.Get<GatewayClient>()));
    }

    private void AddSession()
    {
        Add(parts => new SessionContext(
            parts.Get<SessionIdentity>(), parts.App<IOptionsMonitor<SxtOptions>>(), parts.Get<GatewayClock>(), parts.Runtime, parts.Get<SxtMetrics>(), parts.Log<SessionManager>()));
        Add(parts =>
        {
            var (metrics, options) = (parts.Get<SxtMetrics>(), parts.Options);
            foreach (var place in KeyOpener.PlacesIn(options))
            {
                metrics.ExpectKey(place);
            }

            return new KeyOpener(parts.Get<KeySources>(), parts.Runtime, metrics.KeyOpened, parts.Log<SessionManager>());
        });
        Add(parts => new LoginProcedure(
            parts.Get<SessionIdentity>().User,
            parts.Get<GatewayClient>(),
            parts.Get<ProxyClient>(),
            parts.Get<KeyOpener>(),
            parts.Runtime.TimeProvider,
            parts.Log<SessionManager>()));
        Add(parts => new SessionGranter(
            parts.Context, parts.Get<CurrentSession>(), parts.Get<GatewayClient>(), parts.Get<LoginProcedure>()));
        Add(parts => new CurrentSession(parts.Context));
        Add(parts => new SessionDeaths(parts.Context, parts.Get<CurrentSession>()));
        Add(parts => new RenewalNotes(parts.Context, parts.Get<SessionStore>()));
        Add(parts => new FarmReader(
            parts.Context,
            parts.Get<CurrentSession>(),
            parts.Get<SessionStore>(),
            parts.Get<SharedSession>(),
            parts.Get<RenewalNotes>()));
        Add(parts => new Renewal(
            parts.Context,
            parts.Get<CurrentSession>(),
            parts.Get<SessionStore>(),
            parts.Get<FarmReader>(),
            parts.Get<SharedSession>(),
            parts.Get<SessionGranter>(),
            parts.Get<SessionDeaths>(),
            parts.Get<SessionLock>(),
            parts.Get<SessionNotices>(),
            parts.Get<RenewalNotes>()));
        Add(parts => new Logout(
            parts.Context,
            parts.Get<CurrentSession>(),
            parts.Get<SessionStore>(),
            parts.Get<SharedSession>(),
            parts.Get<SessionGranter>(),
            parts.Get<SessionLock>(),
            parts.Get<SessionNotices>()));
        Add(parts => new SessionRenewals(parts.Context, parts.Get<CurrentSession>(), parts.Get<Renewal>(), parts.Get<Logout>()));
        Add(parts => new StoreWatch(
            parts.Context, parts.Get<CurrentSession>(), parts.Get<SessionStore>(), parts.Get<SharedSession>(), parts.Get<SessionNotices>()));
        Add(parts =>
        {
            var sessions = new SessionManager(
                parts.Context,
                parts.Get<CurrentSession>(),
                parts.Get<SessionRenewals>(),
                parts.Get<SessionDeaths>(),
                parts.Get<StoreWatch>());
            parts.Get<SxtMetrics>().Observe(new SessionGauges(
                parts.Context, sessions, parts.Get<CurrentSession>(), parts.Get<SessionStore>(), parts.Get<LoginProcedure>()).Read);
            return sessions;
        });
        Add<ISxtSession>(parts => parts.Get<SessionManager>());
        if (name == Options.DefaultName)
        {
            services.TryAddSingleton<ISxtSession>(provider => provider.GetRequiredKeyedService<SessionManager>(name));
        }
    }

    private void AddOutbound()
    {
        Add(_ => new TokenHeaders());
        Add(parts => new TokenOrigins(parts.Get<SessionIdentity>().Origins));
        Add(parts => new RejectedTokens(
            parts.Context,
            parts.Get<SessionManager>(),
            parts.Get<CurrentSession>(),
            parts.Get<SessionRenewals>(),
            parts.Get<StoreWatch>(),
            parts.Get<GatewayClient>()));
        Add(parts => new GatewayDate(parts.Get<TokenOrigins>(), parts.Get<GatewayClock>(), parts.Runtime));

        // Handlers belong to IHttpClientFactory, which makes a new one every few minutes.
        services.AddKeyedTransient(name, (provider, _) => CreateHandler(new Parts(provider, name)));
    }

    private static SxtTokenHandler CreateHandler(Parts parts) => new(
        parts.Get<SessionManager>(),
        parts.Get<CurrentSession>(),
        parts.Get<RejectedTokens>(),
        parts.Context,
        parts.Get<TokenHeaders>(),
        parts.Get<TokenOrigins>(),
        parts.Get<GatewayDate>(),
        parts.Log<SxtTokenHandler>());

    private void Add<T>(Func<Parts, T> create)
        where T : class => services.AddKeyedSingleton(name, (provider, _) => create(new Parts(provider, name)));

    /// <summary>The identity's parts, and what they need of the app.</summary>
    private readonly struct Parts(IServiceProvider provider, string name)
    {
        public SxtOptions Options => App<IOptionsMonitor<SxtOptions>>().Get(name);

        public Runtime Runtime => App<Runtime>();

        public SessionContext Context => Get<SessionContext>();

        public SxtSessionSharing? Sharing => provider.GetKeyedService<SxtSessionSharing>(name);

        public ISessionSeal Seal => provider.GetKeyedService<DataProtectionUse>(name) is null
            ? new KeySeal(Get<SealKeyRing>(), Context)
            : new DataProtectionSeal(App<IDataProtectionProvider>(), Context);

        public string SessionName => Sessions.SessionName.Create(
            Sharing?.Prefix ?? "sxt:", Get<SessionIdentity>().GatewayUrl, Get<SessionIdentity>().UserId);

        public T Get<T>()
            where T : notnull => provider.GetRequiredKeyedService<T>(name);

        public T App<T>()
            where T : notnull => provider.GetRequiredService<T>();

        /// <summary>A service of the app's for this identity, else for all.</summary>
        public T? Find<T>()
            where T : class => provider.GetKeyedService<T>(name) ?? provider.GetService<T>();

        public SteadyLogger Log<T>() => new(App<ILogger<T>>());
    }
}
