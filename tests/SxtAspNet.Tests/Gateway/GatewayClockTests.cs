using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tests.Gateway;

public class GatewayClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 300, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly GatewayClock _clock;
    private TimeSpan _offset = TimeSpan.FromMinutes(7);

    public GatewayClockTests() => _clock = new GatewayClock(_time);

    private DateTimeOffset GatewayTime => _time.GetUtcNow() + _offset;

    [Fact]
    public void Without_any_answer_the_clock_is_not_known_and_shows_local_time()
    {
        Assert.False(_clock.IsKnown);
        Assert.Null(_clock.OffsetFromLocalClock);
        Assert.Equal(Start, _clock.Now);
    }

    [Fact]
    public void One_answer_tells_the_time_to_a_second_and_never_too_early()
    {
        Answer();

        Assert.True(_clock.IsKnown);
        Assert.InRange(_clock.Now - GatewayTime, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Several_answers_tell_the_time_more_precisely()
    {
        for (var i = 0; i < 40; i++)
        {
            Answer();
            _time.Advance(TimeSpan.FromMilliseconds(1_090));
        }

        Assert.InRange(_clock.Now - GatewayTime, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void The_time_is_never_shown_too_early_while_it_gets_more_precise()
    {
        for (var i = 0; i < 40; i++)
        {
            Answer();
            Assert.True(_clock.Now >= GatewayTime);
            _time.Advance(TimeSpan.FromMilliseconds(1_090));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2_000)]
    [InlineData(4_000)]
    public void A_slow_answer_tells_a_time_that_is_not_too_early_whenever_it_was_made(int madeAfter)
    {
        var sentAt = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(madeAfter));
        var date = Header();
        _time.Advance(TimeSpan.FromMilliseconds(4_000 - madeAfter));

        _clock.Observe(date, sentAt);

        Assert.InRange(_clock.Now - GatewayTime, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_precise_answer_corrects_a_slow_one()
    {
        var sentAt = _time.GetTimestamp();
        var date = Header();
        _time.Advance(TimeSpan.FromSeconds(4));
        _clock.Observe(date, sentAt);

        Answer();

        Assert.InRange(_clock.Now - GatewayTime, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-4)]
    public void A_step_of_minutes_of_the_gateways_clock_is_followed_by_the_next_answer(int minutes)
    {
        Answer();
        _offset += TimeSpan.FromMinutes(minutes);

        Answer();

        Assert.InRange(_clock.Now - GatewayTime, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(-500)]
    [InlineData(-3_000)]
    [InlineData(3_000)]
    public void After_a_step_of_seconds_several_answers_tell_the_time_as_precisely_as_before(int milliseconds)
    {
        Several_answers_tell_the_time_more_precisely();
        _offset += TimeSpan.FromMilliseconds(milliseconds);

        Several_answers_tell_the_time_more_precisely();
    }

    [Fact]
    public void A_jump_of_the_local_clock_changes_nothing()
    {
        var time = new SettableTime(_time);
        var clock = new GatewayClock(time);
        clock.Observe(Header(), time.GetTimestamp());
        var before = clock.Now;

        time.Shift = TimeSpan.FromHours(1);

        Assert.Equal(before, clock.Now);
    }

    [Fact]
    public void A_change_is_raised_for_the_first_answer_and_a_notable_difference_only()
    {
        var changes = 0;
        _clock.Changed += () => changes++;

        Answer();
        Assert.Equal(1, changes);
        Answer();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Answer();
        Assert.Equal(1, changes);
        _offset += TimeSpan.FromMinutes(1);
        Answer();
        Assert.Equal(2, changes);
    }

    [Fact]
    public void Another_answer_is_wanted_first_and_after_half_a_minute()
    {
        Assert.True(_clock.WantsObservation(_time.GetTimestamp()));
        Answer();
        Assert.False(_clock.WantsObservation(_time.GetTimestamp()));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(_clock.WantsObservation(_time.GetTimestamp()));
    }

    [Fact]
    public void A_deadline_on_the_gateways_clock_becomes_a_local_timestamp()
    {
        Answer();

        var deadline = _clock.ToTimestamp(_clock.Now + TimeSpan.FromMinutes(3));

        Assert.Equal(180, _time.GetElapsedTime(_time.GetTimestamp(), deadline).TotalSeconds, precision: 3);
    }

    private void Answer() => _clock.Observe(Header(), _time.GetTimestamp());

    /// <summary>The Date header, which has no milliseconds.</summary>
    private DateTimeOffset Header() => GatewayTime.AddTicks(-(GatewayTime.Ticks % TimeSpan.TicksPerSecond));

    /// <summary>A machine whose clock is set by hand, which its monotonic clock does not notice.</summary>
    private sealed class SettableTime(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Shift;

        public override long GetTimestamp() => inner.GetTimestamp();
    }
}
