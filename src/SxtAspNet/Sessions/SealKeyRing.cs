using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>
/// The seal keys of all configured signing keys. The first that opens seals; any that ever opened since the start
/// unseals, so that a farm in which half of the instances have a rotated key already still shares one session.
/// </summary>
internal sealed class SealKeyRing(KeyOpener keys, SessionRuntime runtime, ILogger logger) : IDisposable
{
    private static readonly TimeSpan SameUnknownKeyAfter = TimeSpan.FromMinutes(10);
    private const int MostUnknownKeys = 100;

    private readonly Lock _gate = new();
    private readonly List<SealKey> _known = [];
    private readonly Dictionary<string, long> _unknown = [];
    private SealKey? _sealing;

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

    /// <summary>Reads the key sources. A source that fails keeps what it gave before.</summary>
    public async Task LoadAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        SealKey? first = null;
        var canOnlySign = false;
        foreach (var source in keys.SourcesFor(options))
        {
            try
            {
                using var signingKey = await keys.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
                var key = SealKey.Derive(signingKey);
                canOnlySign |= key is null && first is null;
                first ??= key is null ? null : Remember(key);
            }
            catch (SxtAuthenticationException failure)
            {
                logger.SealKeyUnavailable(source, failure.Message);
            }
        }

        lock (_gate)
        {
            _sealing = canOnlySign ? null : first ?? _sealing;
        }

        if (canOnlySign)
        {
            logger.SharingImpossible();
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
