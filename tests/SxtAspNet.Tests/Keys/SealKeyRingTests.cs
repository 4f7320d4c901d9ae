using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Keys;

public sealed class SealKeyRingTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TestKeySource _source = new();
    private readonly SxtOptions _options = new();
    private readonly SealKeyRing _ring;

    public SealKeyRingTests()
    {
        var runtime = new Runtime(_time) { StartForeign = static call => call(), Completions = TaskCreationOptions.None };
        _ring = new SealKeyRing(
            new SealSources(new KeyOpener(new KeySources(options => options.Keys, [], [_source]), runtime), new KeySources(options => options.Seal, [], []), []),
            runtime,
            NullLogger.Instance);
    }

    public void Dispose() => _ring.Dispose();

    [Fact]
    public async Task A_key_that_was_rotated_out_opens_nothing_after_two_token_lifetimes()
    {
        Assert.True(await _ring.EnsureAsync(_options, TestContext.Current.CancellationToken));
        var old = _ring.Sealing!.Id;
        var next = new TestKeySource();
        _source.Opening = next.OpenAsync;

        await _ring.LoadAsync(_options, _options.KeyTimeout, TestContext.Current.CancellationToken);
        Assert.NotEqual(old, _ring.Sealing!.Id);
        Assert.NotNull(_ring.Find(old));

        _time.Advance(TimeSpan.FromMinutes(51));
        await _ring.EnsureAsync(_options, TestContext.Current.CancellationToken);

        Assert.Null(_ring.Find(old));
        Assert.NotNull(_ring.Find(_ring.Sealing!.Id));
    }

    [Fact]
    public async Task A_source_that_fails_for_long_keeps_what_it_gave()
    {
        await _ring.EnsureAsync(_options, TestContext.Current.CancellationToken);
        var key = _ring.Sealing!.Id;
        _source.Fail();

        _time.Advance(TimeSpan.FromHours(5));

        Assert.True(await _ring.EnsureAsync(_options, TestContext.Current.CancellationToken));
        Assert.NotNull(_ring.Find(key));
    }
}
