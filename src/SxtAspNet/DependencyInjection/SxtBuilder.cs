using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet;

/// <summary>Adds to one Space and Time identity; returned by <c>AddSxt</c>.</summary>
public sealed class SxtBuilder
{
    internal SxtBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The identity's name; empty for the default one.</summary>
    public string Name { get; }

    /// <summary>Adds a source of a signing key, tried after the configured <see cref="SxtOptions.Keys"/>.</summary>
    /// <param name="factory">Makes the source when the identity is first used.</param>
    /// <returns>This builder.</returns>
    public SxtBuilder AddKeySource(Func<IServiceProvider, ISxtKeySource> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }
}
