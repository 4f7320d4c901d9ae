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
    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>How long what is sealed is of use (documented: an access token lives 25 minutes).</summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(25);

    private static readonly TimeSpan ForgottenAfter = 2 * TokenLifetime;

    private readonly Lock _gate = new();
    private readonly KnownSealKeys _known = new(runtime.TimeProvider, ForgottenAfter);
    private readonly UnknownSeals _unknown = new(runtime.TimeProvider);

    /// <summary>What was last said about a source that fails, so that it is not said again at each attempt.</summary>
    private readonly ConcurrentDictionary<string, string> _failing = [];
    private SealKey? _sealing;
    private SealSource[] _opened = [];
    private SealKeyLoad? _loading;
    private long? _triedAt;
    private TimeSpan _pause;
    private bool _hasLoaded;

    /// <summary>The settings with which the first key can only sign: to open it again would only show that once more.</summary>
    private SxtOptions? _signingOnly;

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

    /// <summary>Whether nothing seals because the first key can only sign.</summary>
    public bool CanOnlySign => Volatile.Read(ref _signingOnly) is not null;

    public SealKey? Find(ReadOnlySpan<byte> id) => _known.Find(id);

    /// <summary>
    /// Reads the key sources if there is no key to seal with, and once in two token lifetimes: an instance that only adopts would
    /// never hear of a rotation.
    /// </summary>
    /// <returns>Whether there is a key to seal with.</returns>
    public async Task<bool> EnsureAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (Sealing is null ? !IsPausing && !ReferenceEquals(_signingOnly, options) : WasTriedBefore(ForgottenAfter))
        {
            await LoadAsync(options, options.KeyTimeout / 4, cancellationToken).ConfigureAwait(false);
        }

        return Sealing is not null;
    }

    /// <summary>Whether an unknown key id is reason to read the key sources again: it is new, or was met long ago.</summary>
    public bool IsReasonToReload(ReadOnlySpan<byte> id) => _unknown.IsReasonToReload(id);

    /// <summary>
    /// Lets the next record that can't be opened be reason to read the key sources again: during a rotation the key that
    /// sealed it may have arrived here since.
    /// </summary>
    public void ForgetUnknown() => _unknown.Forget();

    /// <summary>Reads the key sources for a renewal, unless that was done a moment ago: a start reads the store first, and the keys for that.</summary>
    public Task LoadForRenewalAsync(SxtOptions options, CancellationToken cancellationToken) => _hasLoaded && IsPausing
        ? Task.CompletedTask
        : LoadAsync(options, options.KeyTimeout / 4, cancellationToken);

    /// <summary>Reads the key sources. A source that fails keeps what it gave before.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="patience">
    /// How long one that hangs is waited for while there is a key to seal with; what it gives later counts from then on. Or a start
    /// would take longer than requests wait for it.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LoadAsync(SxtOptions options, TimeSpan patience, CancellationToken cancellationToken)
    {
        var load = Join(options, cancellationToken);
        if (patience - load.Elapsed is var rest && rest > TimeSpan.Zero)
        {
            await runtime.WaitAsync(load.Over, rest, cancellationToken).ConfigureAwait(false);
        }

        if (!load.Over.IsCompleted && Sealing is null)
        {
            await Task.WhenAny(load.Over, load.First).WaitAsync(cancellationToken).ConfigureAwait(false);
            UseMeanwhile(load);
        }

        if (load.Over.IsCompleted)
        {
            await load.Over.ConfigureAwait(false);
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
                    _known.Remember(key);
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
            _known.Dispose();
            _sealing = null;
        }
    }

    /// <summary>Joins the load under way, or starts one: a source that hangs gets no second call.</summary>
    private SealKeyLoad Join(SxtOptions options, CancellationToken cancellationToken)
    {
        SealKeyLoad load;
        lock (_gate)
        {
            if (_loading is { Over.IsCompleted: false } running && ReferenceEquals(running.Options, options))
            {
                return running;
            }

            load = _loading = new SealKeyLoad(options, sources.For(options), runtime);
        }

        _ = RunAsync(load, cancellationToken);
        return load;
    }

    private async Task RunAsync(SealKeyLoad load, CancellationToken cancellationToken)
    {
        try
        {
            Use(load, await Task.WhenAll(load.Sources.Select((_, position) => LoadOneAsync(load, position, cancellationToken))).ConfigureAwait(false));
            load.End();
        }
        catch (Exception failure)
        {
            load.Fail(failure);
        }
    }

    private async Task<Loaded> LoadOneAsync(SealKeyLoad load, int position, CancellationToken cancellationToken)
    {
        var source = load.Sources[position];
        try
        {
            var key = await source.DeriveAsync(load.Options, cancellationToken).ConfigureAwait(false);
            _failing.TryRemove(source.ToString(), out _);
            if (key is not null)
            {
                key = _known.Remember(key);
                load.Give(position, key);
            }

            return new(source, HasOpened: true, key, null);
        }
        catch (SxtAuthenticationException failure)
        {
            if (_failing.GetValueOrDefault(source.ToString()) != failure.Message)
            {
                _failing[source.ToString()] = failure.Message;
                logger.SealKeyUnavailable(source, failure.Message);
            }

            return new(source, HasOpened: false, null, failure.RetryAfter);
        }
    }

    /// <summary>Seals with what is there already, while a source before it has not answered yet.</summary>
    private void UseMeanwhile(SealKeyLoad load)
    {
        lock (_gate)
        {
            if (_sealing is null && load.Keys.ToArray() is [var (_, key), ..] given)
            {
                _sealing = key;
                _opened = [.. given.Select(one => one.Source)];
            }
        }
    }

    private void Use(SealKeyLoad load, Loaded[] all)
    {
        var first = Array.Find(all, one => one.HasOpened);
        var canOnlySign = first is { HasOpened: true, Key: null };
        bool isNews;
        lock (_gate)
        {
            if (_loading != load)
            {
                // One with later settings has begun, and knows better.
                return;
            }

            _sealing = canOnlySign ? null : first.Key ?? _sealing;
            _opened = [.. all.Where(one => one.HasOpened).Select(one => one.Source)];
            _triedAt = runtime.TimeProvider.GetTimestamp();
            _pause = PauseAfter(all);
            _hasLoaded = Array.Exists(all, one => one.Key is not null);
            isNews = canOnlySign && !ReferenceEquals(_signingOnly, load.Options);
            _signingOnly = canOnlySign ? load.Options : null;
            if (Array.TrueForAll(all, one => one.HasOpened))
            {
                _known.Forget(_sealing);
            }
        }

        if (isNews)
        {
            logger.SharingImpossible();
        }
    }

    /// <summary>How long no source is asked again: as long as all of them ask for, when all of them failed.</summary>
    private static TimeSpan PauseAfter(Loaded[] all) => Array.Exists(all, one => one.RetryAfter is null) || all.Length == 0
        ? JustNow
        : TimeSpan.FromTicks(Math.Clamp(all.Min(one => one.RetryAfter!.Value.Ticks), JustNow.Ticks, LongestPause.Ticks));

    private bool IsPausing => _triedAt is not null && !WasTriedBefore(_pause);

    private bool WasTriedBefore(TimeSpan time)
    {
        lock (_gate)
        {
            return _triedAt is { } triedAt && runtime.TimeProvider.GetElapsedTime(triedAt) >= time;
        }
    }

    /// <summary>What a source has given: nothing, a key to seal with, or a key that can only sign.</summary>
    private readonly record struct Loaded(SealSource Source, bool HasOpened, SealKey? Key, TimeSpan? RetryAfter);
}
