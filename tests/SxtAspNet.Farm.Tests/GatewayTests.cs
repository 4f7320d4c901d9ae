using SxtAspNet.Farm.Tests.Infrastructure;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.Farm.Tests;

public sealed class GatewayTests
{
    /// <summary>A challenge may be sent three times within one attempt, unless the gateway asks to wait.</summary>
    private const int SendsPerAttempt = 3;

    [Theory]
    [InlineData(503, null)]
    [InlineData(429, 2)]
    public async Task A_gateway_that_refuses_is_asked_by_one_instance_at_a_time(int status, int? retryAfterSeconds)
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with
        {
            Instances = 4,
            AccessTokenLifetime = TimeSpan.FromSeconds(28),
            RefreshTokenLifetime = TimeSpan.FromSeconds(30),
            RenewBefore = TimeSpan.FromSeconds(18),
        });
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        TimeSpan? retryAfter = retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        SxtGatewayCallKind[] kinds = [SxtGatewayCallKind.Refresh, SxtGatewayCallKind.Challenge, SxtGatewayCallKind.Token];
        foreach (var kind in kinds)
        {
            farm.Gateway.InjectFault(SxtGatewayFault.Status(status, kind: kind, retryAfter: retryAfter));
        }

        await Eventually.IsTrueAsync(() => Refused().Length >= (retryAfter is null ? 2 * SendsPerAttempt : 3), "the farm tries again");
        farm.Gateway.ClearFaults();
        await farm.AgreeAsync(above: generation);

        await farm.StopTrafficAsync();
        var refused = Refused();
        var span = (refused[^1].At - refused[0].At).TotalSeconds;

        // The refresh whose failure begins it, and the login in its place, are one attempt. After that each waits for
        // as long as the gateway asks, or twice as long as the last one; however many instances there are.
        var mostCalls = retryAfter is null
            ? 1 + (SendsPerAttempt * (1 + (int)Math.Log2(1 + (span / 0.75))))
            : 2 + (int)(span / retryAfter.Value.TotalSeconds);
        Assert.True(refused.Length <= mostCalls, $"{refused.Length} calls in {span} s: {string.Join(", ", refused.Select(call => $"{call.Kind} {call.At:ss.fff}"))}");
        farm.AssertNoTokenMisused();

        SxtGatewayCall[] Refused() => [.. farm.Calls.All.Where(call => call.Status == status)];
    }

    [Fact]
    public async Task A_refresh_that_is_answered_too_late_like_all_that_follows_it_fails_no_request()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Lively with
        {
            Instances = 3,
            AccessTokenLifetime = TimeSpan.FromSeconds(40),
            RefreshTokenLifetime = TimeSpan.FromSeconds(50),
            RenewBefore = TimeSpan.FromSeconds(20),
            GatewayTimeout = TimeSpan.FromSeconds(3),
        });
        var generation = await farm.AgreeAsync();
        var challenges = farm.Calls.Count(SxtGatewayCallKind.Challenge);
        var checks = farm.Calls.Count(SxtGatewayCallKind.ValidToken);
        farm.StartTraffic();

        // The refresh ends the token of all, and nobody is told: not the owner, and not those who ask about their token.
        SxtGatewayCallKind[] kinds =
            [SxtGatewayCallKind.Refresh, SxtGatewayCallKind.Challenge, SxtGatewayCallKind.Token, SxtGatewayCallKind.ValidToken];
        foreach (var kind in kinds)
        {
            farm.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(4), kind: kind));
        }

        await Eventually.IsTrueAsync(() => farm.Calls.Count(SxtGatewayCallKind.Challenge) > challenges, "a login follows the refresh", farm.Describe);
        farm.Gateway.ClearFaults();
        await farm.AgreeAsync(above: generation);

        await farm.StopTrafficAsync();
        Assert.True(farm.Calls.Count(SxtGatewayCallKind.ValidToken) > checks);
        farm.AssertFurtherLogins(1, 2);
        farm.AssertNoTokenMisused();
    }
}
