using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Keys;

/// <summary>
/// The seal keys of all configured keys. The first that opens seals; each unseals until it has not been derived
/// again for two token lifetimes, so that a farm in which half of the instances have a rotated key already still shares
/// one session, and a key that was rotated out opens nothing for long.
/// </summary>
internal sealed class SealKeyRing(SealSources sources, Runtime runtime, ILogger logger) : IDisposable
{
    private static readonly TimeSpan SameUnknownKeyAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(5);

    /// <summary>How long what is sealed is of use (documented: an access token lives 25 minutes).</summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(25);

    private static readonly TimeSpan ForgottenAfter = 2 * TokenLifetime;
    private const int MostUnknownKeys = 100;

    private readonly Lock _gate = new();
    private readonly List<Known> _known = [];
    private readonly Dictionary<string, long> _unknown = [];

    /// <summary>What was last said about a source that fails, so that it is not said again at each attempt.</summary>
    private readonly ConcurrentDictionary<string, string> _failing = [];
    private SealKey? _sealing;
    private SealSource[] _opened = [];
    private long? _triedAt;
    private bool _hasLoaded;
    private long _loads;
    private long _lastLoad;

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
            return FindKnown(id)?.Key;
        }
    }

    /// <summary>
    /// Reads the key sources if there is no key to seal with, and once in two token lifetimes: an instance that only adopts would
    /// never hear of a rotation.
    /// </summary>
    /// <returns>Whether there is a key to seal with.</returns>
    public async Task<bool> EnsureAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (Sealing is null ? !IsJustTried : WasTriedBefore(ForgottenAfter))
        {
            await LoadAsync(options, cancellationToken).ConfigureAwait(false);
        }

        return Sealing is not null;
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
    /// the start would take longer than requests wait for it. Where there is a key to seal with, it is waited for no longer than a
    /// key behind it waits for its turn at a login; what it gives later counts from then on.
    /// </remarks>
    public Task LoadForRenewalAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (_hasLoaded && IsJustTried)
        {
            return Task.CompletedTask;
        }

        var loading = LoadAsync(options, cancellationToken);
        return Sealing is null ? loading : runtime.WaitAsync(loading, options.KeyTimeout / 4, cancellationToken);
    }

    /// <summary>Reads the key sources. A source that fails keeps what it gave before.</summary>
    public async Task LoadAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        var load = Interlocked.Increment(ref _loads);

        // All at once: of several sources that hang, each would take its time limit.
        var all = await Task.WhenAll(sources.For(options).Select(source => LoadOneAsync(source, options, cancellationToken))).ConfigureAwait(false);
        var first = Array.Find(all, one => one.HasOpened);
        var canOnlySign = first is { HasOpened: true, Key: null };
        lock (_gate)
        {
            if (load < _lastLoad)
            {
                // A later one has ended before, and knows better.
                return;
            }

            _lastLoad = load;
            _sealing = canOnlySign ? null : first.Key ?? _sealing;
            _opened = [.. all.Where(one => one.HasOpened).Select(one => one.Source)];
            _triedAt = runtime.TimeProvider.GetTimestamp();
            _hasLoaded = Array.Exists(all, one => one.Key is not null);
            if (Array.TrueForAll(all, one => one.HasOpened))
            {
                Forget();
            }
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
        foreach (var source in _opened)
        {
            try
            {
                if (await source.DerivePreviousAsync(options, cancellationToken).ConfigureAwait(false) is { } key)
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
            _known.ForEach(known => known.Key.Dispose());
            _known.Clear();
            _sealing = null;
        }
    }

    private async Task<Loaded> LoadOneAsync(SealSource source, SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var key = await source.DeriveAsync(options, cancellationToken).ConfigureAwait(false);
            _failing.TryRemove(source.ToString(), out _);
            return new(source, HasOpened: true, key is null ? null : Remember(key));
        }
        catch (SxtAuthenticationException failure)
        {
            if (_failing.GetValueOrDefault(source.ToString()) != failure.Message)
            {
                _failing[source.ToString()] = failure.Message;
                logger.SealKeyUnavailable(source, failure.Message);
            }

            return new(source, HasOpened: false, null);
        }
    }

    private bool IsJustTried => _triedAt is not null && !WasTriedBefore(JustNow);

    private bool WasTriedBefore(TimeSpan time)
    {
        lock (_gate)
        {
            return _triedAt is { } triedAt && runtime.TimeProvider.GetElapsedTime(triedAt) >= time;
        }
    }

    private SealKey Remember(SealKey key)
    {
        lock (_gate)
        {
            if (FindKnown(key.Id) is { } known)
            {
                key.Dispose();
                known.DerivedAt = runtime.TimeProvider.GetTimestamp();
                return known.Key;
            }

            _known.Add(new Known(key) { DerivedAt = runtime.TimeProvider.GetTimestamp() });
            return key;
        }
    }

    /// <summary>Forgets the keys that no source has given for long; only when all of them answered.</summary>
    private void Forget()
    {
        // Not disposed: one may be opening a record at this moment. Its memory is cleared when it is collected.
        _known.RemoveAll(known => known.Key != _sealing && runtime.TimeProvider.GetElapsedTime(known.DerivedAt) > ForgottenAfter);
    }

    private Known? FindKnown(ReadOnlySpan<byte> id)
    {
        foreach (var known in _known)
        {
            if (known.Key.Id.AsSpan().SequenceEqual(id))
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>What a source has given: nothing, a key to seal with, or a key that can only sign.</summary>
    private readonly record struct Loaded(SealSource Source, bool HasOpened, SealKey? Key);

    private sealed class Known(SealKey key)
    {
        public SealKey Key { get; } = key;

        public long DerivedAt { get; set; }
    }
}
