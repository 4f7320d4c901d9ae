using Microsoft.Extensions.Caching.Memory;

namespace SxtAspNet.Inbound;

/// <summary>
/// The verdicts about tokens, each for its time. A hit takes no lock. When the cache is full, refused tokens go first:
/// a flood of them does not displace callers.
/// </summary>
/// <remarks>
/// Whether a verdict still holds is decided here, on the app's <see cref="TimeProvider"/>; the memory cache's own expiry,
/// on the system's clock, only frees memory.
/// </remarks>
internal sealed class VerdictCache(int size, TimeProvider timeProvider) : IDisposable
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = size });

    public TokenVerdict? Find(ReadOnlySpan<char> key) =>
        _cache.TryGetValue(key, out Entry? entry) && timeProvider.GetTimestamp() < entry!.HoldsUntil ? entry.Verdict : null;

    /// <summary>Remembers a verdict.</summary>
    /// <param name="key">The token's key.</param>
    /// <param name="verdict">The verdict.</param>
    /// <param name="since">The timestamp from which on it holds.</param>
    /// <param name="time">How long it holds.</param>
    public void Add(string key, TokenVerdict verdict, long since, TimeSpan time)
    {
        var holdsUntil = timeProvider.Add(since, time);
        var remaining = timeProvider.Until(holdsUntil);
        if (remaining <= TimeSpan.Zero)
        {
            return;
        }

        _cache.Set(key, new Entry(verdict, holdsUntil), new MemoryCacheEntryOptions
        {
            Size = 1,
            AbsoluteExpirationRelativeToNow = remaining,
            Priority = verdict.IsAccepted ? CacheItemPriority.Normal : CacheItemPriority.Low,
        });
    }

    public void Remove(string key) => _cache.Remove(key);

    public void Dispose() => _cache.Dispose();

    private sealed record Entry(TokenVerdict Verdict, long HoldsUntil);
}
