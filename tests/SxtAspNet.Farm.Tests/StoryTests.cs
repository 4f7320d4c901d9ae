using WebFarm;
using WebFarm.Live;
using WebFarm.Traffic;

namespace SxtAspNet.Farm.Tests;

/// <summary>The sentence on the live page that tells what just happened.</summary>
public sealed class StoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Start.AddSeconds(30);

    [Fact]
    public void A_death_is_told_with_the_login_that_it_cost()
    {
        var story = Tell(
            losses: new TrafficLosses(0, 0, null),
            At(0, "1", FarmEventKind.Renewed, "ready"),
            At(5, "2", FarmEventKind.FaultBegins, "was killed"),
            At(5.1, "2", FarmEventKind.Down, "process ended"),
            At(7, FarmEvent.GatewayLane, FarmEventKind.Login, "Token: 200"),
            At(7.1, "3", FarmEventKind.Renewed, "ready"),
            At(20, FarmEvent.GatewayLane, FarmEventKind.Refresh, "Refresh: 200"),
            At(20.1, "3", FarmEventKind.Renewed, "ready"));

        Assert.Equal("Instance 2 was killed; instance 3 logged in 2.1 s later; no request failed.", story);
    }

    [Fact]
    public void A_fault_that_is_over_is_told_with_its_end()
    {
        var story = Tell(
            losses: new TrafficLosses(1, 0, Start.AddSeconds(6)),
            At(5, FarmEvent.CacheLane, FarmEventKind.FaultBegins, "fell silent"),
            At(7.5, FarmEvent.CacheLane, FarmEventKind.FaultEnds, "answered again"),
            At(16, FarmEvent.GatewayLane, FarmEventKind.Refresh, "Refresh: 200"),
            At(17, "1", FarmEventKind.Renewed, "ready"));

        Assert.Equal(
            "The cache fell silent and answered again 2.5 s later; instance 1 refreshed the session 12 s later; 1 request failed.", story);
    }

    [Fact]
    public void While_requests_fail_the_sentence_counts_nothing_so_that_it_stays_the_same()
    {
        var story = Tell(
            losses: new TrafficLosses(123, 0, Now.AddSeconds(-1)),
            At(5, FarmEvent.GatewayLane, FarmEventKind.FaultBegins, "began to fail (503)"),
            At(17, "1", FarmEventKind.Failed, "no access token"));

        Assert.Equal("The gateway began to fail (503); renewals fail; requests fail.", story);
    }

    [Fact]
    public void Sessions_of_their_own_are_told_together()
    {
        var story = Tell(
            losses: new TrafficLosses(0, 2, null),
            At(5, FarmEvent.CacheLane, FarmEventKind.FaultBegins, "was stopped"),
            At(9, "3", FarmEventKind.Private, "a session of its own"),
            At(9.5, "3", FarmEventKind.Renewed, "ready"),
            At(10, "1", FarmEventKind.Private, "a session of its own"),
            At(10.5, "1", FarmEventKind.Renewed, "ready"));

        Assert.Equal("The cache was stopped; instances 1 and 3 logged in for themselves; 2 requests were cut off, no other failed.", story);
    }

    [Fact]
    public void Of_several_incidents_the_last_one_is_told()
    {
        var story = Tell(
            losses: new TrafficLosses(0, 0, null),
            At(5, "2", FarmEventKind.FaultBegins, "was killed"),
            At(8, FarmEvent.GatewayLane, FarmEventKind.LoggedOut, "Logout: 200"),
            At(9, "2", FarmEventKind.Up, "process 1 is up"));

        Assert.Equal("The user was logged out; no request failed.", story);
    }

    [Fact]
    public void A_process_that_ended_by_itself_is_an_incident()
    {
        var story = Tell(
            losses: new TrafficLosses(0, 0, null),
            At(5, "2", FarmEventKind.Down, WebFarm.Farm.UnexpectedEnd),
            At(9, "2", FarmEventKind.Up, "process 1 is up"));

        Assert.Equal("Instance 2 ended by itself and was up again 4.0 s later; no request failed.", story);
    }

    [Fact]
    public void A_farm_without_incident_is_calm_unless_requests_fail()
    {
        FarmEvent[] events = [At(5, "2", FarmEventKind.Renewed, "ready"), At(5.1, "1", FarmEventKind.Adopted, "adopted")];

        Assert.Equal(
            "Nothing went wrong in the last minute: instance 2 renewed the session, and the others adopted it.",
            Tell(new TrafficLosses(0, 0, null), events));
        Assert.Equal(
            "1,234 requests failed in the last minute, although nothing was done to the farm.",
            Tell(new TrafficLosses(1_234, 0, Now), events));
    }

    [Fact]
    public void What_is_older_than_a_minute_is_forgotten()
    {
        var story = Tell(
            losses: new TrafficLosses(0, 0, null),
            At(-40, "2", FarmEventKind.FaultBegins, "was killed"),
            At(-31, "2", FarmEventKind.Up, "process 1 is up"));

        Assert.Equal("Nothing went wrong in the last minute.", story);
    }

    [Fact]
    public void A_fault_that_lasts_is_told_as_long_as_it_does()
    {
        FarmEvent[] events = [At(-300, "2", FarmEventKind.FaultBegins, "was killed"), At(-299, "2", FarmEventKind.Down, "process ended")];

        Assert.Equal("Instance 2 was killed; no request failed in the last minute.", Tell(new TrafficLosses(0, 0, null), events));
    }

    [Fact]
    public void The_end_of_another_fault_of_the_same_cache_is_not_taken_for_its_own()
    {
        var story = Tell(
            losses: new TrafficLosses(0, 0, null),
            At(4, FarmEvent.CacheLane, FarmEventKind.FaultBegins, "was stopped", "stop"),
            At(5, FarmEvent.CacheLane, FarmEventKind.FaultBegins, "fell silent", "silence"),
            At(6, FarmEvent.CacheLane, FarmEventKind.FaultEnds, "was back, empty", "stop"),
            At(8, FarmEvent.CacheLane, FarmEventKind.FaultEnds, "answered again", "silence"));

        Assert.Equal("The cache fell silent and answered again 3.0 s later; no request failed.", story);
    }

    [Fact]
    public void The_timeline_goes_on_telling_when_a_fault_began_until_it_ends()
    {
        var timeline = new Timeline();
        timeline.Begin(FarmEvent.CacheLane, "stop", "was stopped");
        timeline.Begin(FarmEvent.CacheLane, "silence", "fell silent");
        timeline.End(FarmEvent.CacheLane, "stop", "was back, empty");
        timeline.Begin("1", "kill", "was killed");
        timeline.Add("1", FarmEventKind.Up, "process 1 is up");

        Assert.Equal("fell silent", Assert.Single(timeline.Since(DateTimeOffset.MaxValue)).Text);
    }

    private static FarmEvent At(double seconds, string lane, FarmEventKind kind, string text, string? fault = null) =>
        new(Start.AddSeconds(seconds), lane, kind, text, Fault: fault);

    private static string Tell(TrafficLosses losses, params FarmEvent[] events) => Story.Tell(events, _ => losses, Now);
}
