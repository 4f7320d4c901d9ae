using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Tests.Infrastructure;

public class MonotonicTimeTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(10_000_000)]
    [InlineData(-10_000_000)]
    public void A_time_centuries_away_is_the_end_of_time_and_not_in_the_past(int days)
    {
        var delay = days == 1 ? TimeSpan.FromDays(1) : days > 0 ? TimeSpan.MaxValue : TimeSpan.MinValue;

        var timestamp = _time.After(delay);

        Assert.Equal(delay > TimeSpan.Zero, timestamp > _time.GetTimestamp());
        Assert.Equal(delay > TimeSpan.Zero, _time.Until(timestamp) > TimeSpan.Zero);
        Assert.Equal(delay > TimeSpan.Zero, DateTimeOffset.UnixEpoch.Plus(delay) > DateTimeOffset.UnixEpoch);
    }

    /// <summary>Linux counts nanoseconds, so that the ends of its timestamps are centuries away and not millennia.</summary>
    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void The_ends_of_a_clock_of_nanoseconds_are_in_the_past_and_in_the_future(long timestamp)
    {
        var time = new Nanoseconds();

        var until = time.Until(timestamp);

        Assert.Equal(timestamp > 0, until > TimeSpan.FromDays(365 * 200));
        Assert.Equal(timestamp < 0, until < TimeSpan.FromDays(-365 * 200));
    }

    [Fact]
    public void A_delay_beyond_what_timers_take_is_cut()
    {
        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromDays(400).AsTimerDelay(), Timeout.InfiniteTimeSpan);

        Assert.Equal(TimeSpan.Zero, TimeSpan.FromSeconds(-1).AsTimerDelay());
        Assert.Equal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1).AsTimerDelay());
        Assert.InRange(TimeSpan.MaxValue.AsTimerDelay(), TimeSpan.FromDays(49), TimeSpan.FromDays(50));
    }

    private sealed class Nanoseconds : TimeProvider
    {
        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => 86_400_000_000_000;
    }
}
