namespace SxtAspNet.Keys;

/// <summary>The sources of an identity's keys, or of its seals, in the order in which they are tried.</summary>
internal sealed class KeySources(
    Func<SxtOptions, IEnumerable<SxtKeyOptions>> entries, IEnumerable<IKeySourceFactory> factories, IEnumerable<ISxtKeySource> added)
{
    private readonly IKeySourceFactory[] _factories = [.. factories];
    private readonly ISxtKeySource[] _added = [.. added];

    private volatile Known? _known;

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

        ISxtKeySource[] sources = [.. entries(options).Select(Create), .. _added];
        _known = new Known(options, sources);
        return sources;
    }

    private ISxtKeySource Create(SxtKeyOptions entry) =>
        entry.Source ?? _factories.First(factory => factory.Handles(entry)).Create(entry);

    /// <summary>One object, so that no reader sees the sources of other settings.</summary>
    private sealed record Known(SxtOptions Options, ISxtKeySource[] Sources);
}
