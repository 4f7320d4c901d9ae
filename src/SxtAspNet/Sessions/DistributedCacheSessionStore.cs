using Microsoft.Extensions.Caching.Distributed;

namespace SxtAspNet.Sessions;

/// <summary>
/// Records in an app's distributed cache. It compares before it writes, but not atomically: a write that comes in
/// between is overwritten, and healed by the generation rule at the next poll.
/// </summary>
internal sealed class DistributedCacheSessionStore(IDistributedCache cache) : ISxtSessionStore
{
    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        await cache.GetAsync(key, cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> TryReplaceAsync(
        string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var found = await cache.GetAsync(key, cancellationToken).ConfigureAwait(false);
        if (found is null ? expected is not null : expected is null || !found.AsSpan().SequenceEqual(expected))
        {
            return false;
        }

        var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = timeToLive };
        await cache.SetAsync(key, record, options, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
