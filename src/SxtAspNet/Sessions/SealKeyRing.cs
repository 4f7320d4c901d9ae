using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>
/// The seal keys of all configured signing keys. The first that opens seals; any that ever opened since the start
/// unseals, so that a farm in which half of the instances have a rotated key already still shares one session.
/// </summary>
internal sealed class SealKeyRing(KeyOpener keys, Runtime runtime, ILogger logger) : IDisposable
{
    private static readonly TimeSpan SameUnknownKeyAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(5);
    private const int MostUnknownKeys = 100;

    private readonly Lock _gate = new();
    private readonly List<SealKey> _known = [];
    private readonly Dictionary<string, long> _unknown = [];
    private SealKey? _sealing;
    private ISxtKeySource[] _opened = [];
    private long? _loadedAt;

    /// <summary>The key that seals; <see langword="null"/> before the first load, or when no key can.</summary>
    public SealKey? Sealing
    {
        get
        {
            lock (_gate)
            {
                return _sealing;
            }
        }
    }

    public SealKey? Find(ReadOnlySpan<byte> id)
    {
        lock (_gate)
        {
            foreach (var key in _known)
            {
                if (key.Id.AsSpan().SequenceEqual(id))
                {
                    return key;
                }
            }

            return null;
        }
    }

    /// <summary>Whether an unknown key id is reason to read the key sources again: it is new, or was met long ago.</summary>
    public bool IsReasonToReload(ReadOnlySpan<byte> id)
    {
        var now = runtime.TimeProvider.GetTimestamp();
        var name = Convert.ToHexString(id);
        lock (_gate)
        {
            if (_unknown.TryGetValue(name, out var met) && runtime.TimeProvider.GetElapsedTime(met, now) < SameUnknownKeyAfter)
            {
                return false;
            }

            // Ids are read from a cache that others may write to: their number must not grow without bound.
            if (_unknown.Count == MostUnknownKeys)
            {
                _unknown.Clear();
            }

            _unknown[name] = now;
            return true;
        }
    }

    /// <summary>
    /// Lets the next record that can't be opened be reason to read the key sources again: during a rotation the key that
    /// sealed it may have arrived here since.
    /// </summary>
    public void ForgetUnknown()
    {
        lock (_gate)
        {
            _unknown.Clear();
        }
    }

    /// <summary>Reads the key sources for a renewal, unless that was done a moment ago.</summary>
    /// <remarks>
    /// A start reads the store first, and the keys for that. A source that hangs must not cost its time limit once more, or
    /// the start would take longer than requests wait for it.
    /// </remarks>
    public Task LoadForRenewalAsync(SxtOptions options, CancellationToken cancellationToken) =>
        IsJustLoaded() ? Task.CompletedTask : LoadAsync(options, cancellationToken);

    /// <summary>Reads the key sources. A source that fails keeps what it gave before.</summary>
    public async Task LoadAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        SealKey? first = null;
        List<ISxtKeySource> opened = [];
        var canOnlySign = false;
        foreach (var source in keys.SourcesFor(options))
        {
            try
            {
                using var signingKey = await keys.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
                opened.Add(source);
                var key = SealKey.Derive(signingKey);
                canOnlySign |= key is null && first is null;
                var known = key is null ? null : Remember(key);
                first ??= known;
            }
            catch (SxtAuthenticationException failure)
            {
                logger.SealKeyUnavailable(source, failure.Message);
            }
        }

        lock (_gate)
        {
            _sealing = canOnlySign ? null : first ?? _sealing;
            _opened = [.. opened];
            _loadedAt = first is null ? null : runtime.TimeProvider.GetTimestamp();
        }

        if (canOnlySign)
        {
            logger.SharingImpossible();
        }
    }

    /// <summary>Reads the keys from before the last rotation, from the sources that have them.</summary>
    public async Task LoadPreviousAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        // Not from a source that just failed: its time limit would only pass once more.
        foreach (var source in _opened.OfType<ISxtKeyHistory>())
        {
            try
            {
                using var signingKey = await keys.OpenPreviousAsync(source, options, cancellationToken).ConfigureAwait(false);
                if (signingKey is not null && SealKey.Derive(signingKey) is { } key)
                {
                    Remember(key);
                }
            }
            catch (SxtAuthenticationException failure)
            {
                logger.PreviousKeyUnavailable(source, failure.Message);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _known.ForEach(key => key.Dispose());
            _known.Clear();
            _sealing = null;
        }
    }

    private bool IsJustLoaded()
    {
        lock (_gate)
        {
            return _loadedAt is { } loadedAt && runtime.TimeProvider.GetElapsedTime(loadedAt) < JustNow;
        }
    }

    private SealKey Remember(SealKey key)
    {
        lock (_gate)
        {
            if (Find(key.Id) is { } known)
            {
                key.Dispose();
                return known;
            }

            _known.Add(key);
            return key;
        }
    }
}
