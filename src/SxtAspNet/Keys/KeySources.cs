using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Keys;

/// <summary>The sources of an identity's keys in the order in which they are tried.</summary>
internal sealed class KeySources(IEnumerable<IKeySourceFactory> factories, IEnumerable<ISxtKeySource> added)
{
    private readonly IKeySourceFactory[] _factories = [.. factories];
    private readonly ISxtKeySource[] _added = [.. added];

    private (SxtOptions Options, ISxtKeySource[] Sources)? _known;

    /// <summary>
    /// The sources for these settings. They are kept as long as the settings are the same object, since a source
    /// remembers what it has warned about.
    /// </summary>
    public IReadOnlyList<ISxtKeySource> For(SxtOptions options)
    {
        if (_known is { } known && ReferenceEquals(known.Options, options))
        {
            return known.Sources;
        }

        ISxtKeySource[] sources = [.. options.Keys.Select(Create), .. options.KeySources, .. _added];
        _known = (options, sources);
        return sources;
    }

    /// <summary>The kinds of key entries that an identity may have: those of every app, and those added to it alone.</summary>
    public static IEnumerable<IKeySourceFactory> FactoriesOf(string name, IServiceProvider provider) =>
        [.. provider.GetServices<IKeySourceFactory>(), .. provider.GetKeyedServices<IKeySourceFactory>(name)];

    private ISxtKeySource Create(SxtKeyOptions entry) =>
        _factories.First(factory => factory.Handles(entry)).Create(entry);
}
