namespace SxtAspNet.Keys;

/// <summary>
/// What an identity's seal keys come from: its <see cref="SxtOptions.Seal"/> and the sources added in code, or, where there are none, its
/// signing keys and API keys. With a seal of its own no key is opened for it.
/// </summary>
internal sealed class SealSources(KeyOpener keys, KeySources seals, IEnumerable<ISxtSealSource> added)
{
    private readonly ISxtSealSource[] _added = [.. added];

    public IReadOnlyList<SealSource> For(SxtOptions options) => options.Seal.Count == 0 && _added.Length == 0
        ? [.. keys.SourcesFor(options).Select(source => new KeySealSource(keys, source))]
        : [.. seals.For(options).Concat<object>(_added).Select(source => new OwnSealSource(keys, source))];
}

/// <summary>One place that gives a seal key.</summary>
internal abstract class SealSource(string name)
{
    /// <returns><see langword="null"/>: it holds a key that can only sign.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public abstract Task<SealKey?> DeriveAsync(SxtOptions options, CancellationToken cancellationToken);

    /// <summary>Derives the one from before the last rotation.</summary>
    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public abstract Task<SealKey?> DerivePreviousAsync(SxtOptions options, CancellationToken cancellationToken);

    public override string ToString() => name;
}

/// <summary>A signing key or API key, from which the seal is derived.</summary>
internal sealed class KeySealSource(KeyOpener keys, ISxtKeySource source) : SealSource(source.ToString()!)
{
    public override async Task<SealKey?> DeriveAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        var credential = await keys.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
        return await keys.UseAsync(source, credential, SealKey.Derive, options, cancellationToken).ConfigureAwait(false);
    }

    public override async Task<SealKey?> DerivePreviousAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (source is not ISxtKeyHistory history)
        {
            return null;
        }

        var credential = await keys.OpenPreviousAsync(history, options, cancellationToken).ConfigureAwait(false);
        return credential is null ? null : await keys.UseAsync(source, credential, SealKey.Derive, options, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A secret that is there for the seal alone.</summary>
internal sealed class OwnSealSource(KeyOpener keys, object source) : SealSource(source.ToString()!)
{
    public override async Task<SealKey?> DeriveAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        using var seal = await keys.OpenSealAsync(Source, options, cancellationToken).ConfigureAwait(false);
        return SealKey.Derive(seal);
    }

    public override async Task<SealKey?> DerivePreviousAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        using var seal = await keys.OpenPreviousSealAsync(Source, options, cancellationToken).ConfigureAwait(false);
        return seal is null ? null : SealKey.Derive(seal);
    }

    private ISxtSealSource Source => source as ISxtSealSource ?? throw new SxtAuthenticationException(
        SxtFailureReason.KeyUnavailable,
        $"{source} can't hold a seal, only a key; set Seal to a file or a vault's secret.");
}
