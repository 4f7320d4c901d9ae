using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Keys;

namespace SxtAspNet.DependencyInjection;

/// <summary>Where an identity's keys come from: the kinds of entries that it may have, and the sources made of them.</summary>
internal static class KeyServices
{
    public static void AddTo(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, (provider, _) => new KeyKinds(provider.GetKeyedServices<KeyKind>(name)));
        services.AddKeyedSingleton(name, (provider, _) => new KeySources(
            static options => options.Keys, FactoriesFor(provider, name), provider.GetKeyedServices<ISxtKeySource>(name)));
        services.AddKeyedSingleton(name, (provider, _) => new SealSources(
            provider.GetRequiredKeyedService<KeyOpener>(name),
            new KeySources(static options => options.Seal, FactoriesFor(provider, name), []),
            provider.GetKeyedServices<ISxtSealSource>(name)));
    }

    private static IEnumerable<IKeySourceFactory> FactoriesFor(IServiceProvider provider, string name) =>
        [.. provider.GetServices<IKeySourceFactory>(), .. provider.GetKeyedServices<IKeySourceFactory>(name)];

    public static void AddKind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(
        IServiceCollection services, string name, Func<IServiceProvider, ISxtKeyKind<TOptions>> factory)
        where TOptions : class, new()
    {
        // Twice for one identity is once.
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(KeyKind<TOptions>) && Equals(service.ServiceKey, name)))
        {
            return;
        }

        services.AddKeyedSingleton(name, (provider, _) => new KeyKind<TOptions>(factory(provider)));
        services.AddKeyedSingleton<KeyKind>(name, (provider, _) => provider.GetRequiredKeyedService<KeyKind<TOptions>>(name));
        services.AddKeyedSingleton<IKeySourceFactory>(name, (provider, _) => provider.GetRequiredKeyedService<KeyKind<TOptions>>(name));
    }
}
