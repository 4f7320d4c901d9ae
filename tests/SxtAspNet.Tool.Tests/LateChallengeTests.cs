using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Testing;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

public sealed class LateChallengeTests
{
    [Fact]
    public async Task A_challenge_that_expired_is_not_taken_for_a_refused_key()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await SxtGatewayEmulator.StartAsync(timeProvider: time, cancellationToken: TestContext.Current.CancellationToken);
        gateway.AddUser("orders-service", PublicKey);
        using var account = new Account(new SxtOptions { GatewayUrl = gateway.BaseAddress, UserId = "orders-service" }, time);
        using var key = new OpenKey(new PausingKey(time, TimeSpan.FromSeconds(31)), Wording.ForCommandLine);

        var failure = await Assert.ThrowsAsync<ToolException>(() => account.LoginAsync(key, TestContext.Current.CancellationToken));

        Assert.Contains("30 s had passed", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("keyring", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A key of a process that is paused while it signs.</summary>
    private sealed class PausingKey(FakeTimeProvider time, TimeSpan pause) : SxtSigningKey
    {
        private readonly SxtSigningKey _key = FromSeed(Seed);

        public override ReadOnlyMemory<byte> PublicKey => _key.PublicKey;

        public override ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            time.Advance(pause);
            return _key.SignAsync(data, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            _key.Dispose();
            base.Dispose(disposing);
        }
    }
}
