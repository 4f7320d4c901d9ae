using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;
using SxtAspNet.Keys;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>What all identities of an app use. Everything can be replaced, and nothing is created before it is used.</summary>
internal static class AppServices
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(provider => new SxtInstruments(provider.GetRequiredService<IMeterFactory>()));
        services.AddOptions();
        services.TryAddSingleton<IOptionsFactory<SxtOptions>, SxtOptionsFactory>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<SxtOptions>, PostConfigureSxtOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SxtOptions>, ValidateSxtOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SxtStartup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKeySourceFactory, FileKeySourceFactory>(
            provider => new FileKeySourceFactory(provider.GetRequiredService<ILoggerFactory>())));
        services.TryAddSingleton<FormerGatewayNotice>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKeySourceFactory, ApiKeySourceFactory>(static _ => new ApiKeySourceFactory()));
        services.TryAddSingleton(provider => new Runtime(provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.TryAddSingleton(
            provider => new InMemorySessionStore(provider.GetRequiredService<Runtime>().TimeProvider));
    }
}
