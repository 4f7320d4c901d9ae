using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SxtAspNet;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Outbound;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Space and Time identities.</summary>
public static class SxtServiceCollectionExtensions
{
    /// <summary>Registers the default identity with the settings of a configuration section.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configuration">The section; it is read when the identity is first used, and followed when it changes.</param>
    /// <returns>A builder that adds to the identity.</returns>
    public static SxtBuilder AddSxt(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSxt(Options.Options.DefaultName, configuration);

    /// <summary>Registers a named identity with the settings of a configuration section.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">The identity's name in this app; <see cref="ISxtSession"/> is keyed by it.</param>
    /// <param name="configuration">The section; it is read when the identity is first used, and followed when it changes.</param>
    /// <returns>A builder that adds to the identity.</returns>
    public static SxtBuilder AddSxt(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton<IConfigureOptions<SxtOptions>>(
            provider => new ConfigureSxtOptions(name, configuration, provider.GetRequiredKeyedService<KeyKinds>(name)));
        services.AddSingleton<IOptionsChangeTokenSource<SxtOptions>>(
            new ConfigurationChangeTokenSource<SxtOptions>(name, configuration));
        return AddIdentity(services, name);
    }

    /// <summary>Registers the default identity with settings in code.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder that adds to the identity.</returns>
    public static SxtBuilder AddSxt(this IServiceCollection services, Action<SxtOptions> configure) =>
        services.AddSxt(Options.Options.DefaultName, configure);

    /// <summary>Registers a named identity with settings in code.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="name">The identity's name in this app; <see cref="ISxtSession"/> is keyed by it.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder that adds to the identity.</returns>
    public static SxtBuilder AddSxt(this IServiceCollection services, string name, Action<SxtOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(name, configure);
        return AddIdentity(services, name);
    }

    /// <summary>
    /// Answers requests that fail because no access token can be had (<see cref="SxtAuthenticationException"/>) by 503 with
    /// Retry-After, and, after AddProblemDetails, with problem details that name the reason. For <c>app.UseExceptionHandler()</c>.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <returns>The app's services.</returns>
    public static IServiceCollection AddSxtExceptionHandler(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IExceptionHandler, SxtExceptionHandler>());
        return services;
    }

    private static SxtBuilder AddIdentity(IServiceCollection services, string name)
    {
        if (!services.Any(service => service.ImplementationInstance is IdentityRegistration known && known.Name == name))
        {
            services.AddSingleton(new IdentityRegistration(name));
            services.AddOptions<SxtOptions>(name).ValidateOnStart();
            AppServices.AddTo(services);
            IdentityServices.AddTo(services, name);
        }

        return new SxtBuilder(services, name);
    }
}
