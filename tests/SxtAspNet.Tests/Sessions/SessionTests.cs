using SxtAspNet.Gateway;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

/// <summary>One generation, its tokens, and its order among others.</summary>
public class SessionTests
{
    private static readonly DateTimeOffset Noon = TestSessions.Noon;

    [Theory]
    [InlineData(20, 40, 20)]
    [InlineData(40, 20, 20)]
    public void A_session_is_usable_until_its_token_or_itself_ends(int tokenMinutes, int sessionMinutes, int minutes)
    {
        var session = Grant(tokenMinutes, Noon.AddMinutes(sessionMinutes), knownEnd: null);

        Assert.Equal(Noon.AddMinutes(minutes), session.UnusableFrom);
        Assert.Equal(Noon.AddMinutes(minutes), session.AccessToken!.ExpiresAt);
        Assert.Equal(TimeSpan.FromMinutes(minutes), session.Lifetime);
    }

    [Fact]
    public void The_end_is_what_the_gateway_says_else_what_was_known_else_a_day_after_the_grant()
    {
        var (said, known) = (Noon.AddHours(3), Noon.AddHours(5));

        Assert.Equal(said, Grant(25, said, known).EndsAt);
        Assert.Equal(known, Grant(25, said: null, known).EndsAt);
        Assert.Equal(Noon.AddHours(24), Grant(25, said: null, knownEnd: null).EndsAt);
    }

    [Fact]
    public void A_grant_belongs_to_this_instance_and_has_the_refresh_token_that_came_with_it()
    {
        var session = Grant(25, said: null, knownEnd: null);

        Assert.True(session.IsGrantedHere);
        Assert.Equal(Noon.AddMinutes(30), session.RefreshToken!.ExpiresAt);
        Assert.True(session.RefreshToken.TrySpend(out var value));
        Assert.Equal("r.e.f", value);
    }

    [Fact]
    public void A_refresh_token_is_given_out_once_and_its_text_tells_no_more_than_that()
    {
        var token = TestSessions.Refresh(TimeSpan.FromMinutes(30));
        Assert.False(token.IsSpent);
        Assert.Equal("refresh token", token.ToString());

        Assert.True(token.TrySpend(out _));

        Assert.True(token.IsSpent);
        Assert.Equal("spent refresh token", token.ToString());
        Assert.False(token.TrySpend(out var again));
        Assert.Null(again);
    }

    [Fact]
    public void The_text_of_a_session_tells_a_logout_from_a_token_and_names_no_token()
    {
        Assert.Equal("generation 7, usable until 2026-03-01T12:25:00.0000000+00:00", TestSessions.Create(7).ToString());
        Assert.Equal("logged out in generation 8", Session.Tombstone(8, Noon, Noon.AddMinutes(25)).ToString());
    }

    [Fact]
    public void A_token_is_sent_until_the_millisecond_before_its_deadline()
    {
        var session = TestSessions.Create();
        var active = new ActiveToken(session, session.AccessToken!, unusableFrom: 1000);

        Assert.True(active.IsUsableAt(999));
        Assert.False(active.IsUsableAt(1000));
    }

    [Fact]
    public void The_higher_generation_is_newer_and_any_is_newer_than_none()
    {
        Session low = TestSessions.Create(1, "z"), high = TestSessions.Create(2, "a");

        Assert.True(SharedSession.IsNewer(high, low));
        Assert.False(SharedSession.IsNewer(low, high));
        Assert.True(SharedSession.IsNewer(low, null));
        Assert.False(SharedSession.IsNewer(null, low));
        Assert.False(SharedSession.IsNewer(null, null));
        Assert.False(SharedSession.IsSame(low, high));
        Assert.False(SharedSession.IsSame(high, low));
        Assert.False(SharedSession.IsSame(null, TestSessions.Create(0)));
    }

    [Fact]
    public void Of_two_with_the_same_generation_all_instances_take_the_same_one()
    {
        Session one = TestSessions.Create(2, "a"), other = TestSessions.Create(2, "b");

        Assert.True(SharedSession.IsNewer(other, one));
        Assert.False(SharedSession.IsNewer(one, other));
        Assert.False(SharedSession.IsSame(one, other));
        Assert.False(SharedSession.IsNewer(one, TestSessions.Create(2, "a")));
        Assert.True(SharedSession.IsSame(one, TestSessions.Create(2, "a")));
        Assert.True(SharedSession.IsNewer(one, Session.Tombstone(2, Noon, Noon)));
        Assert.False(SharedSession.IsNewer(Session.Tombstone(2, Noon, Noon), one));
    }

    private static Session Grant(int tokenMinutes, DateTimeOffset? said, DateTimeOffset? knownEnd) => Session.FromGrant(
        new SessionGrant
        {
            RequestedAt = Noon,
            AccessToken = "t.o.ken",
            AccessTokenExpires = Noon.AddMinutes(tokenMinutes),
            RefreshToken = "r.e.f",
            RefreshTokenExpires = Noon.AddMinutes(30),
            SessionExpires = said,
        },
        generation: 1,
        Noon,
        knownEnd);
}
