using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;
using SxtAspNet.Sessions;
using SxtAspNet.Tests.Gateway.Wire;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>Where the app blocks all threads of the pool, no call gets one: that is said, and nobody else is blamed.</summary>
public sealed class StarvedPoolTests
{
    private const string Words = "no thread of the pool was free for it within 10 s; does code of the app block threads, with .Result or .Wait() say?";

    private readonly FakeTimeProvider _time = new();
    private readonly Runtime _starved;

    public StarvedPoolTests() => _starved = new Runtime(_time) { StartForeign = static _ => { } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_to_the_gateway_says_so(bool hasHandler)
    {
        using var handler = hasHandler ? new BadHandler(_ => throw new IOException()) : null;
        using var transport = new GatewayTransport(new Uri("https://gateway.test/"), handler, new GatewayClock(_time), _starved);
        var call = new GatewayCall { Description = "Call for a test", Method = HttpMethod.Get, Path = "v1/auth/keys", IsRepeatable = true };

        var failure = await FailAsync(transport.SendAsync(call, TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Equal($"Call for a test: {Words} (GatewayTimeout).", failure.Message);
    }

    [Fact]
    public async Task A_call_to_a_key_source_says_so()
    {
        var keys = new KeyOpener(new KeySources(static options => options.Keys, [], []), _starved);

        var failure = await FailAsync(keys.OpenAsync(new TestKeySource(), new SxtOptions { KeyTimeout = TimeSpan.FromSeconds(10) }, TestContext.Current.CancellationToken));

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains($": {Words} (KeyTimeout).", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_to_the_store_says_so()
    {
        await using var app = new TestApp(options => options.StoreTimeout = TimeSpan.FromSeconds(10));
        var context = app.Services.GetRequiredKeyedService<SessionContext>("");
        var call = StoreCall.RunAsync(new ForeignCode(_starved), StoreOperation.Read, _ => ValueTask.FromResult(true), context);

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal($"Reading the session store: {Words} (StoreTimeout).", (await call).Problem);
    }

    private async Task<SxtAuthenticationException> FailAsync<T>(Task<T> call)
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        return await Assert.ThrowsAsync<SxtAuthenticationException>(() => call);
    }
}
