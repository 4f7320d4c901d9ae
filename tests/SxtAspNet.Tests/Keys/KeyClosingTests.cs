using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Keys;

/// <summary>Closing a key is foreign code as opening it is: a device may block or fail in it.</summary>
public sealed class KeyClosingTests
{
    private readonly SxtOptions _options = new() { KeyTimeout = TimeSpan.FromSeconds(0.4) };
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
}
