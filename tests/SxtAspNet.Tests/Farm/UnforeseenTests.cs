using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>What nobody has foreseen costs a second, not the session.</summary>
public class UnforeseenTests
{
    [Fact]
    public async Task A_renewal_that_breaks_off_is_told_as_unexpected_and_made_again()
    {
        var chance = new Chance { FailsNext = true };
        await using var app = new TestApp(services: chance.Use);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.Unexpected, failure.Reason);
        Assert.Contains("InvalidOperationException; the log has the details", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Nobody has foreseen this.", Assert.Single(app.Logs.GetSnapshot(), log => log.Id.Id == 1102).Exception!.Message);
        app.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_renewal_whose_end_breaks_off_is_made_again_after_a_second()
    {
        // Polls come at 18:00 and 21:00; the owner renews at 20:00, the other one would at 20:10.
        await using var farm = new TestFarm(1, options: options =>
        {
            options.RenewJitter = TimeSpan.Zero;
            options.StorePollInterval = TimeSpan.FromMinutes(3);
        });
        var chance = new Chance();
        var other = farm.Add(services: chance.Use);
        await farm.StartAsync();
        farm.Room.NoticesAreLost = true;
        farm.Pass(TimeSpan.FromMinutes(20) + TimeSpan.FromSeconds(5));
        Assert.NotEqual(farm.Instances[0].Status.Generation, other.Status.Generation);
        chance.FailsNext = true;

        farm.Pass(TimeSpan.FromSeconds(10));

        Assert.False(chance.FailsNext);
        farm.AssertOneSession();
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
    }
}
