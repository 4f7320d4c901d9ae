using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

/// <summary>The stores of the core: this process, and an app's distributed cache.</summary>
public class BuiltInStoreTests
{
    private const string Key = "sxt:orders";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_is_replaced_by_who_has_read_it_and_by_nobody_else(bool isDistributed)
    {
        byte[] first = [1], second = [2], third = [3];
        var store = Create(isDistributed);

        Assert.False(await ReplaceAsync(store, first, second));
        Assert.Null(await ReadAsync(store));
        Assert.True(await ReplaceAsync(store, null, first));
        Assert.False(await ReplaceAsync(store, null, second));
        Assert.False(await ReplaceAsync(store, third, second));
        Assert.Equal(first, await ReadAsync(store));
        Assert.True(await ReplaceAsync(store, [1], second));
        Assert.Equal(second, await ReadAsync(store));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_is_gone_at_the_end_of_its_time(bool isDistributed)
    {
        var store = Create(isDistributed);
        Assert.True(await ReplaceAsync(store, null, [1]));

        _time.Advance(Life - TimeSpan.FromTicks(1));
        Assert.NotNull(await ReadAsync(store));
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Null(await ReadAsync(store));
        Assert.False(await ReplaceAsync(store, [1], [2]));
        Assert.True(await ReplaceAsync(store, null, [3]));
    }

    private ISxtSessionStore Create(bool isDistributed) => isDistributed
        ? new DistributedCacheSessionStore(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions { Clock = new Clock(_time) })))
        : new InMemorySessionStore(_time);

    private static ValueTask<byte[]?> ReadAsync(ISxtSessionStore store) => store.ReadAsync(Key, TestContext.Current.CancellationToken);

    private static ValueTask<bool> ReplaceAsync(ISxtSessionStore store, byte[]? expected, byte[] record) =>
        store.TryReplaceAsync(Key, expected, record, Life, TestContext.Current.CancellationToken);

    private sealed class Clock(FakeTimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
