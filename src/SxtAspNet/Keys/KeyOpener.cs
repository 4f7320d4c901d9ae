using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Keys;

/// <summary>Opens keys, has them sign, and closes them, within KeyTimeout.</summary>
/// <param name="sources">The key sources.</param>
/// <param name="runtime">Time, and how foreign code is started.</param>
/// <param name="opened">Is told what was opened, by its place in the settings, and what came of it: "opened", "failed" or "timeout".</param>
/// <param name="logger">Gets the exceptions of foreign code, of which messages only name the type.</param>
internal sealed class KeyOpener(KeySources sources, Runtime runtime, Action<string, string>? opened = null, ILogger? logger = null)
{
    // Which sources there are may change with the settings.
    private readonly ConditionalWeakTable<object, ForeignCode> _code = [];

    /// <summary>The places in the settings that have a key or a seal.</summary>
    public static IEnumerable<string> PlacesIn(SxtOptions options) =>
        Enumerable.Range(0, options.Keys.Count).Select(PlaceOf).Concat(options.Seal.Count > 0 ? [nameof(SxtOptions.Seal)] : []);

    public IReadOnlyList<ISxtKeySource> SourcesFor(SxtOptions options) => sources.For(options);

    /// <summary>A source's place among the keys, from 0; <see langword="null"/>: it is none of them, but a seal's.</summary>
    public int? PositionOf(object source, SxtOptions options)
    {
        var all = sources.For(options);
        for (var position = 0; position < all.Count; position++)
        {
            if (ReferenceEquals(all[position], source))
            {
                return position;
            }
        }

        return null;
    }

    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public Task<SxtCredential> OpenAsync(ISxtKeySource source, SxtOptions options, CancellationToken cancellationToken) => CountAsync(
        source,
        async token => ForeignKey.TakeOver(await source.OpenAsync(token).ConfigureAwait(false) ?? throw GaveNull(source), source),
        $"The key from {source} did not open",
        options,
        cancellationToken);

    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public Task<SxtCredential?> OpenPreviousAsync(ISxtKeyHistory source, SxtOptions options, CancellationToken cancellationToken) => CountAsync(
        source,
        async token => await source.OpenPreviousAsync(token).ConfigureAwait(false) is { } opened ? ForeignKey.TakeOver(opened, source) : null,
        $"The previous key from {source} did not open",
        options,
        cancellationToken);

    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public Task<SxtSealSecret> OpenSealAsync(ISxtSealSource source, SxtOptions options, CancellationToken cancellationToken) => CountAsync(
        source,
        async token => await source.OpenSealAsync(token).ConfigureAwait(false) ?? throw GaveNull(source),
        $"The seal from {source} did not open",
        options,
        cancellationToken);

    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public Task<SxtSealSecret?> OpenPreviousSealAsync(ISxtSealSource source, SxtOptions options, CancellationToken cancellationToken) =>
        CountAsync(
            source, source.OpenPreviousSealAsync, $"The previous seal from {source} did not open", options, cancellationToken);

    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public Task<byte[]> SignAsync(
        ISxtKeySource source, SxtSigningKey key, byte[] data, SxtOptions options, CancellationToken cancellationToken) =>
        WithinKeyTimeoutAsync(
            source,
            token => key.SignAsync(data, token),
            $"The key {Convert.ToBase64String(key.PublicKey.Span)} did not sign",
            options,
            cancellationToken);

    /// <summary>Takes something from a key that a source gave, and closes the key.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    public async Task<T> UseAsync<T>(
        object source, SxtCredential opened, Func<SxtCredential, T> use, SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            // One of ours works from memory, and needs no thread of its own for that.
            return opened is ForeignKey
                ? await WithinKeyTimeoutAsync(
                    source, _ => ValueTask.FromResult(use(opened)), $"The key from {source} could not be used", options, cancellationToken).ConfigureAwait(false)
                : use(opened);
        }
        finally
        {
            await CloseAsync(source, opened, options).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Closes what a source gave. A device may block there too: it is waited for no longer than a key behind a hanging one waits
    /// for its turn, and whoever closes has what it wanted, so nothing is thrown.
    /// </summary>
    public async Task CloseAsync(object source, IDisposable? opened, SxtOptions options)
    {
        if (opened is null or SeedSigningKey or SxtApiKey or SxtSealSecret)
        {
            // Ours: it clears memory, and is done even where the source's own calls block their threads.
            opened?.Dispose();
            return;
        }

        try
        {
            await CodeOf(source).RunAsync(Close, options.KeyTimeout / 4, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It blocks or fails: the next opening of this source says so.
        }

        ValueTask<bool> Close(CancellationToken cancellationToken)
        {
            opened.Dispose();
            return ValueTask.FromResult(true);
        }
    }

    private static SxtAuthenticationException GaveNull(object source) =>
        new(SxtFailureReason.KeyUnavailable, $"{source}: the source gave null instead of a key.");

    private ForeignCode CodeOf(object source) => _code.GetValue(source, _ => new ForeignCode(runtime));

    private async Task<T> CountAsync<T>(
        object source, Func<CancellationToken, ValueTask<T>> call, string failed, SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var result = await WithinKeyTimeoutAsync(source, call, failed, options, cancellationToken).ConfigureAwait(false);
            Tell("opened");
            return result;
        }
        catch (SxtAuthenticationException failure)
        {
            Tell(failure.InnerException is TimeoutException ? "timeout" : "failed");
            throw;
        }

        void Tell(string outcome) =>
            opened?.Invoke(PositionOf(source, options) is { } position ? PlaceOf(position) : nameof(SxtOptions.Seal), outcome);
    }

    private static string PlaceOf(int position) => $"{nameof(SxtOptions.Keys)}:{position}";

    private async Task<T> WithinKeyTimeoutAsync<T>(
        object source, Func<CancellationToken, ValueTask<T>> call, string failed, SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await CodeOf(source).RunAsync(
                call, options.KeyTimeout, cancellationToken, DiscardAsync).ConfigureAwait(false);
        }
        catch (NotStartedException timeout) when (timeout.IsPoolStarved)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.KeyUnavailable, $"{failed}: {timeout.Message} ({nameof(SxtOptions.KeyTimeout)}).", timeout);
        }
        catch (TimeoutException timeout)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.KeyUnavailable,
                $"{failed} within {options.KeyTimeout.TotalSeconds:0.###} s (KeyTimeout). Check that it can be reached from here; "
                + "if it is only slow, raise KeyTimeout.",
                timeout);
        }
        catch (Exception failure) when (failure is not SxtAuthenticationException && !cancellationToken.IsCancellationRequested)
        {
            logger?.KeyCallFailed(failed, failure);
            throw new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, $"{failed}: {failure.GetType().Name}.", failure);
        }

        // A key that opens when nobody waits any more.
        static ValueTask DiscardAsync(T late)
        {
            (late as IDisposable)?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
