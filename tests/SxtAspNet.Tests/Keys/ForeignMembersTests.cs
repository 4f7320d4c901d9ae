using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Keys;

/// <summary>All members of an app's own key are foreign code as opening it is: a device may block or fail in each.</summary>
public sealed class ForeignMembersTests
{
    private readonly SxtOptions _options = new();
    private readonly SxtOptions _impatient = new() { KeyTimeout = TimeSpan.FromSeconds(1) };
    private readonly KeyOpener _keys = new(new KeySources(static options => options.Keys, [], []), new Runtime(TimeProvider.System));
    private readonly TestKeySource _source = new();

    [Fact]
    public async Task A_key_that_blocks_while_it_is_closed_holds_up_no_seal()
    {
        using var release = new ManualResetEventSlim();
        var token = TestContext.Current.CancellationToken;
        _source.Opening = _ => new(new TestKey(_source.Create()) { BeforeClosing = () => release.Wait(token) });

        var seal = await new KeySealSource(_keys, _source).DeriveAsync(_options, token);

        // A key that only signs gives none; what counts is that the answer is here while the key still blocks.
        Assert.Null(seal);
        Assert.False(release.IsSet);
        release.Set();
    }

    [Fact]
    public async Task A_key_that_blocks_while_it_derives_the_seal_fails_within_KeyTimeout()
    {
        using var release = new ManualResetEventSlim();
        var token = TestContext.Current.CancellationToken;
        _source.Opening = _ => new(new TestKey(_source.Create())
        {
            Deriving = () =>
            {
                release.Wait(token);
                return true;
            },
        });

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => new KeySealSource(_keys, _source).DeriveAsync(_impatient, token));

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains("could not be used within 1 s (KeyTimeout)", failure.Message, StringComparison.Ordinal);
        release.Set();
    }

    [Fact]
    public async Task A_key_that_blocks_while_its_public_key_is_read_fails_within_KeyTimeout()
    {
        using var release = new ManualResetEventSlim();
        var token = TestContext.Current.CancellationToken;
        _source.Opening = _ => new(new TestKey(_source.Create()) { BeforePublicKey = () => release.Wait(token) });

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => _keys.OpenAsync(_source, _impatient, token));

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        release.Set();
    }

    [Fact]
    public async Task The_public_key_is_read_once_when_the_key_is_opened()
    {
        var reads = 0;
        _source.Opening = _ => new(new TestKey(_source.Create()) { BeforePublicKey = () => reads++ });
        var token = TestContext.Current.CancellationToken;
        using var key = (SxtSigningKey)await _keys.OpenAsync(_source, _options, token);

        await _keys.SignAsync(_source, key, [1], _options, token);

        Assert.Equal(_source.PublicKey, key.PublicKey);
        Assert.Equal(1, reads);
    }

    [Fact]
    public async Task A_public_key_of_another_length_is_said_when_the_key_is_opened()
    {
        var inner = new ShortKey();
        _source.Opening = _ => new(inner);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => _keys.OpenAsync(_source, _options, TestContext.Current.CancellationToken));

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains("31 bytes", failure.Message, StringComparison.Ordinal);
        Assert.True(inner.IsDisposed);
    }

    [Fact]
    public async Task A_key_that_fails_while_it_is_closed_costs_nothing()
    {
        var key = new TestKey(_source.Create()) { BeforeClosing = () => throw new IOException("gone") };

        await _keys.CloseAsync(_source, key, _options);

        Assert.False(key.IsDisposed);
    }

    [Fact]
    public async Task A_login_is_not_lost_to_a_key_that_fails_while_it_is_closed()
    {
        await using var app = new TestApp(services: services => services.UseKeys(_source));
        app.Gateway.AddUser(TestApp.User, _source.PublicKey);
        _source.Opening = _ => new(new TestKey(_source.Create()) { BeforeClosing = () => throw new IOException("gone") });

        using var response = await app.QueryAsync();

        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
    }

    private sealed class ShortKey : SxtSigningKey
    {
        public bool IsDisposed { get; private set; }

        public override ReadOnlyMemory<byte> PublicKey => new byte[31];

        public override ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
