using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;
using SxtAspNet.Inbound;
using SxtAspNet.Outbound;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>What the authentication schemes for callers use.</summary>
internal static class BearerServices
{
    private static readonly Uri ProductionGateway = new(SxtDefaults.GatewayUrl);

    public static void AddTo(IServiceCollection services, BearerRegistration registration)
    {
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(provider => new SxtInstruments(provider.GetRequiredService<IMeterFactory>()));
        services.TryAddSingleton<FormerGatewayNotice>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SxtBearerOptions>, ConfigureSxtBearerOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SxtBearerOptions>, ValidateSxtBearerOptions>());
        services.AddOptions<SxtBearerOptions>(registration.Scheme).ValidateOnStart();
        services.TryAddSingleton(provider => new TokenValidators(
            options => GatewayOf(provider, options),
            provider.GetRequiredService<SxtInstruments>(),
            new SteadyLogger(provider.GetRequiredService<ILogger<SxtBearerHandler>>())));
        services.TryAddSingleton(provider => new SxtBearerCache(provider.GetRequiredService<TokenValidators>()));

        services.AddSingleton(registration);
        services.AddKeyedSingleton(registration, (provider, _) => GatewayOf(provider, Options(provider, registration)));
        services.AddKeyedSingleton(registration, (provider, _) => new TokenOrigins(
        [
            Origin.Of(provider.GetRequiredKeyedService<CallerGateway>(registration).Url),
            .. Options(provider, registration).AllowedOrigins.Select(Origin.Of),
        ]));
    }

    /// <summary>The scheme's own gateway, else the default identity's, else the production one.</summary>
    private static CallerGateway GatewayOf(IServiceProvider provider, SxtBearerOptions options)
    {
        if (options.GatewayUrl is null
            && provider.GetServices<IdentityRegistration>().Any(identity => identity.Name.Length == 0))
        {
            // Not as its settings are now: the identity keeps its gateway until the app restarts.
            var url = provider.GetRequiredKeyedService<SessionIdentity>(Microsoft.Extensions.Options.Options.DefaultName).GatewayUrl;
            var identity = provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;
            return new CallerGateway(url, options.BackchannelHttpHandler ?? identity.BackchannelHttpHandler);
        }

        var own = options.GatewayUrl ?? ProductionGateway;
        provider.GetRequiredService<FormerGatewayNotice>().Check(own);
        return new CallerGateway(own, options.BackchannelHttpHandler);
    }

    private static SxtBearerOptions Options(IServiceProvider provider, BearerRegistration registration) =>
        provider.GetRequiredService<IOptionsMonitor<SxtBearerOptions>>().Get(registration.Scheme);
}
