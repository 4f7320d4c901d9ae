using Microsoft.Extensions.Time.Testing;
using WebFarm.Traffic;

namespace SxtAspNet.Farm.Tests;

/// <summary>What the farm remembers of its requests.</summary>
public sealed class TrafficTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Without_answers_there_is_no_latency()
    {
        var figures = new RequestFigures();
        figures.Add(RequestOutcome.Failed, 3);

        var (rate, latency) = figures.Recent;

        Assert.Equal(0, rate);
        Assert.Null(latency);
    }

    [Fact]
    public void Requests_are_counted_second_by_second_once_the_second_is_over()
    {
        var history = new TrafficHistory(_clock);
        history.Add(RequestOutcome.Good, 5);
        history.Add(RequestOutcome.Stalled, 900);
        _clock.Advance(TimeSpan.FromSeconds(1));
        history.Add(RequestOutcome.Failed, 1);
        history.Add(RequestOutcome.CutOff, 1);
        Assert.Single(history.Seconds);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Collection(
            history.Seconds,
            first => Assert.Equal((2, 0, 0, 5), (first.Good, first.Failed, first.CutOff, first.LatencyMs!.Max)),
            second => Assert.Equal((0, 1, 1, null), (second.Good, second.Failed, second.CutOff, second.LatencyMs)));
    }

    [Fact]
    public void Losses_count_from_the_instant_that_is_asked_for()
    {
        var history = new TrafficHistory(_clock);
        history.Add(RequestOutcome.Failed, 1);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        var instant = _clock.GetUtcNow();
        history.Add(RequestOutcome.Failed, 1);
        history.Add(RequestOutcome.CutOff, 1);

        Assert.Equal(new TrafficLosses(1, 1, instant), history.Since(instant));
        _clock.Advance(TrafficHistory.Window + TimeSpan.FromSeconds(1));
        history.Add(RequestOutcome.Good, 1);
        Assert.Equal(new TrafficLosses(0, 0, null), history.Since(instant));
    }
}
