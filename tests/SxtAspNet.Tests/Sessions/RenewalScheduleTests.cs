using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

/// <summary>When sessions are renewed, and until when they are used; to the boundary, in seconds after the grant.</summary>
public class RenewalScheduleTests
{
    private const double Minute = 60;
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly SxtOptions Options = new();

    [Theory]
    [InlineData(25 * Minute, 0, 20 * Minute)]
    [InlineData(25 * Minute, 0.5, (20 * Minute) - 15)]
    [InlineData(4 * Minute, 0.5, (2 * Minute) - 15)]
    [InlineData(1 * Minute, 0.5, 30 - 7.5)]
    public void The_owner_renews_first_and_no_sooner_than_after_a_quarter_of_a_tokens_life(double lifetime, double jitter, double seconds) =>
        Assert.Equal(seconds, RenewFrom(Owned(lifetime), jitter));

    [Theory]
    [InlineData(25 * Minute, 0, (20 * Minute) + 10)]
    [InlineData(25 * Minute, 0.5, (20 * Minute) + 10 + 7.5)]
    [InlineData(1 * Minute, 0.5, 30 + 7.5 + 3.75)]
    public void The_others_come_one_call_of_the_owner_later(double lifetime, double jitter, double seconds) =>
        Assert.Equal(seconds, RenewFrom(TestSessions.Create(tokenLifetime: TimeSpan.FromSeconds(lifetime)), jitter));

    [Fact]
    public void A_long_GatewayTimeout_puts_the_others_off_by_a_quarter_of_RenewBefore_at_most() =>
        Assert.Equal((20 * Minute) + 75, RenewFrom(TestSessions.Create(), jitter: 0, new() { GatewayTimeout = TimeSpan.FromMinutes(2) }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void While_the_store_is_away_half_of_the_time_is_left_to_it(bool isOwner) =>
        Assert.Equal(
            (25 * Minute) - ((5 * Minute) + 15) / 2,
            RenewFrom(isOwner ? Owned(25 * Minute) : TestSessions.Create(), jitter: 0.5, lacksStore: true));

    [Fact]
    public void A_session_that_ends_before_its_token_is_renewed_before_its_own_end() =>
        Assert.Equal(5 * Minute, RenewFrom(TestSessions.Create(lifetime: TimeSpan.FromMinutes(10), refreshToken: Refresh), jitter: 0));

    [Fact]
    public void An_owner_renews_at_the_earliest_with_all_of_its_jitter() =>
        Assert.Equal((19 * Minute) + 30, Seconds(RenewalSchedule.EarliestRenewal(TestSessions.Create(), Options)));

    [Fact]
    public void A_session_without_a_refresh_token_or_with_a_spent_one_is_followed_by_a_login()
    {
        var spent = Refresh;
        Assert.True(spent.TrySpend(out _));

        Assert.False(CanRefresh(TestSessions.Create(), TimeSpan.Zero));
        Assert.False(CanRefresh(TestSessions.Create(refreshToken: spent), TimeSpan.Zero));
        Assert.True(CanRefresh(TestSessions.Create(refreshToken: Refresh), TimeSpan.Zero));
    }

    [Fact]
    public void A_refresh_token_that_may_end_during_the_call_is_not_used()
    {
        var session = TestSessions.Create(refreshToken: TestSessions.Refresh(TimeSpan.FromMinutes(30)));
        var last = TimeSpan.FromMinutes(30) - Options.GatewayTimeout;

        Assert.True(CanRefresh(session, last - Tick));
        Assert.False(CanRefresh(session, last));
    }

    [Theory]
    [InlineData(25 * Minute, 12.5 * Minute)]
    [InlineData(4 * Minute, (5 * Minute) + 30 + 10)]
    public void Near_its_end_a_session_is_not_refreshed_but_followed_by_a_login(double tokenLifetime, double needed)
    {
        var session = TestSessions.Create(
            tokenLifetime: TimeSpan.FromSeconds(tokenLifetime), lifetime: TimeSpan.FromHours(1), refreshToken: Refresh);
        var last = TimeSpan.FromHours(1) - TimeSpan.FromSeconds(needed);

        Assert.True(CanRefresh(session, last - Tick));
        Assert.False(CanRefresh(session, last));
    }

    [Fact]
    public void A_logout_is_never_usable()
    {
        var tombstone = Session.Tombstone(1, TestSessions.Noon, TestSessions.Noon.AddMinutes(25));

        Assert.False(RenewalSchedule.IsUsable(tombstone, Options, TestSessions.Noon, isTimeKnown: true));
        Assert.False(RenewalSchedule.IsUsable(tombstone, Options, TestSessions.Noon, isTimeKnown: false));
    }

    [Fact]
    public void On_the_gateways_clock_a_token_is_usable_until_the_moment_when_it_ends()
    {
        Assert.True(IsUsable(TimeSpan.FromMinutes(25) - Tick, isTimeKnown: true));
        Assert.False(IsUsable(TimeSpan.FromMinutes(25), isTimeKnown: true));
        Assert.True(IsUsable(TimeSpan.FromHours(-3), isTimeKnown: true));
    }

    [Fact]
    public void On_this_machines_clock_only_the_gateway_can_tell_of_a_token_that_is_from_the_future_or_should_have_been_renewed()
    {
        Assert.Null(IsUsable(TimeSpan.FromMinutes(-1) - Tick, isTimeKnown: false));
        Assert.True(IsUsable(TimeSpan.FromMinutes(-1), isTimeKnown: false));
        Assert.True(IsUsable(TimeSpan.FromMinutes(22.5) - Tick, isTimeKnown: false));
        Assert.Null(IsUsable(TimeSpan.FromMinutes(22.5), isTimeKnown: false));
        Assert.Null(IsUsable(TimeSpan.FromHours(3), isTimeKnown: false));
    }

    private static RefreshToken Refresh => TestSessions.Refresh(TimeSpan.FromHours(2));

    private static Session Owned(double lifetime) => TestSessions.Create(tokenLifetime: TimeSpan.FromSeconds(lifetime), refreshToken: Refresh);

    private static double RenewFrom(Session session, double jitter, SxtOptions? options = null, bool lacksStore = false) =>
        Seconds(RenewalSchedule.RenewFrom(session, options ?? Options, jitter, lacksStore));

    private static bool CanRefresh(Session session, TimeSpan after) => RenewalSchedule.CanRefresh(session, Options, TestSessions.Noon + after);

    private static bool? IsUsable(TimeSpan after, bool isTimeKnown) =>
        RenewalSchedule.IsUsable(TestSessions.Create(), Options, TestSessions.Noon + after, isTimeKnown);

    private static double Seconds(DateTimeOffset instant) => (instant - TestSessions.Noon).TotalSeconds;
}
