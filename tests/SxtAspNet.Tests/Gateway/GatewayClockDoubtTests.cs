using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tests.Gateway;

/// <summary>Answers that are wrong, and those that only seem to be.</summary>
public class GatewayClockDoubtTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 300, TimeSpan.Zero);
    private static readonly TimeSpan TenDays = TimeSpan.FromDays(10);

    private readonly Machine _time = new();
    private readonly GatewayClock _clock;
    private TimeSpan _offset;

    public GatewayClockDoubtTests() => _clock = new GatewayClock(_time);

    private TimeSpan Error => _clock.Now - GatewayTime;

    private DateTimeOffset GatewayTime => _time.TrueTime + _offset;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void One_wrong_answer_moves_nothing_however_many_told_the_time_before(int answers)
    {
        Answer(answers);
        var changes = 0;
        _clock.Changed += () => changes++;

        Answer(error: TenDays);

        AssertRight();
        Assert.Equal(0, changes);
        Assert.True(_clock.WantsObservation(_time.GetTimestamp()));
        Answer();
        AssertRight();
        Assert.False(_clock.WantsObservation(_time.GetTimestamp()));
    }

    [Fact]
    public void A_server_that_is_wrong_now_and_then_is_never_believed()
    {
        Answer(3);

        for (var i = 0; i < 20; i++)
        {
            Answer(error: TenDays);
            Answer(error: TenDays);
            AssertRight();
            Answer();
        }

        AssertRight();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_clock_that_one_answer_told_follows_two_that_agree(int minutes)
    {
        _time.WallClockError = TimeSpan.FromMinutes(minutes);
        Answer();
        _offset += TimeSpan.FromMinutes(minutes);

        Answer(2);

        AssertRight();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_clock_that_many_answers_told_follows_three_that_agree(int minutes)
    {
        Answer(10);
        _offset += TimeSpan.FromMinutes(minutes);

        Answer(2);
        Assert.InRange(Error.Duration(), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(11));
        Answer();

        AssertRight();
    }

    [Fact]
    public void A_machine_that_was_asleep_believes_the_first_answer_for_its_own_clock_says_so_too()
    {
        _time.WallClockError = TimeSpan.FromHours(3);
        Answer(5);

        // The monotonic clock of many systems stands still meanwhile.
        _time.Sleep(TimeSpan.FromHours(8));
        Answer();

        AssertRight();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(-15)]
    [InlineData(6 * 60)]
    [InlineData(-23 * 60)]
    public void The_first_answer_is_believed_though_the_machines_clock_is_hours_wrong(int minutes)
    {
        _time.WallClockError = TimeSpan.FromMinutes(minutes);

        Answer();

        AssertRight();
    }

    [Fact]
    public void A_first_answer_that_is_days_away_is_believed_when_another_one_agrees()
    {
        _time.WallClockError = -TenDays;

        Answer();
        Assert.False(_clock.IsKnown);
        Answer();

        AssertRight();
    }

    [Theory]
    [InlineData(10 * 24)]
    [InlineData(-10 * 24)]
    [InlineData(5)]
    [InlineData(-5)]
    public void A_first_answer_that_is_wrong_is_forgotten_with_the_second(int hours)
    {
        Answer(error: TimeSpan.FromHours(hours));

        Answer();

        AssertRight();
    }

    [Fact]
    public void A_wrong_first_answer_does_not_win_by_being_seconded_by_a_right_machine()
    {
        _time.WallClockError = TimeSpan.FromHours(2);
        Answer();

        // Nearer to the machine's clock, which is wrong too.
        Answer(error: TimeSpan.FromHours(1));
        Answer();
        Answer();

        AssertRight();
    }

    [Fact]
    public void A_granted_token_confirms_a_time_that_is_days_away()
    {
        _time.WallClockError = -TenDays;
        var sentAt = _time.GetTimestamp();
        Answer();

        _clock.Observe(GatewayTime, GatewayTime + TimeSpan.FromMinutes(25), sentAt);

        AssertRight();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_granted_token_refutes_an_answer_that_is_wrong(bool saysWhenItWasIssued)
    {
        _time.WallClockError = TimeSpan.FromHours(1);
        for (var i = 0; i < 10; i++)
        {
            Answer(error: TenDays);
            _clock.Observe(saysWhenItWasIssued ? GatewayTime : null, GatewayTime + TimeSpan.FromMinutes(25), _time.GetTimestamp());
            Assert.False(_clock.IsKnown);
        }

        Answer();

        AssertRight();
    }

    [Fact]
    public void A_granted_token_that_was_issued_long_ago_moves_nothing()
    {
        Answer(2);

        _clock.Observe(GatewayTime - TimeSpan.FromMinutes(20), GatewayTime + TimeSpan.FromMinutes(5), _time.GetTimestamp());

        AssertRight();
    }

    [Fact]
    public void A_granted_token_refutes_an_answer_that_is_from_before_it_was_issued()
    {
        _time.WallClockError = TimeSpan.FromHours(1);
        Answer(error: -TenDays);

        _clock.Observe(GatewayTime, GatewayTime + TimeSpan.FromMinutes(25), _time.GetTimestamp());
        Answer(error: -TenDays);

        Assert.False(_clock.IsKnown);
    }

    [Fact]
    public void A_granted_token_that_speaks_for_both_times_decides_nothing()
    {
        Answer(5);
        _offset += TimeSpan.FromMinutes(10);
        Answer(2);

        _clock.Observe(GatewayTime - TimeSpan.FromMinutes(12), GatewayTime + TimeSpan.FromMinutes(13), _time.GetTimestamp());
        Answer();

        AssertRight();
    }

    [Fact]
    public void A_time_that_one_answer_told_comes_back_with_the_next_that_agrees()
    {
        _time.WallClockError = TimeSpan.FromHours(2);
        Answer();
        Answer(error: TimeSpan.FromHours(1));

        Answer();

        AssertRight();
    }

    [Fact]
    public void A_time_that_several_answers_replaced_does_not_come_back_with_one()
    {
        Answer(10);
        _offset += TimeSpan.FromMinutes(10);
        Answer(3);

        Answer(error: TimeSpan.FromMinutes(-10));

        AssertRight();
    }

    [Fact]
    public void A_slow_answer_lets_no_wrong_one_move_the_clock_further()
    {
        Answer(3);
        Observe(_time, _clock, _offset, latency: 130_000);

        Answer(error: TimeSpan.FromSeconds(-340));

        AssertRight();
    }

    [Fact]
    public void Instants_at_the_ends_of_time_overflow_nothing()
    {
        Answer();
        _clock.Observe(DateTimeOffset.MaxValue, _time.GetTimestamp());
        _clock.Observe(DateTimeOffset.MinValue, _time.GetTimestamp());
        _clock.Observe(null, DateTimeOffset.MaxValue, _time.GetTimestamp());

        Assert.True(_clock.ToTimestamp(DateTimeOffset.MaxValue) > _clock.ToTimestamp(Start.AddYears(200)));
        Assert.True(_clock.ToTimestamp(DateTimeOffset.MinValue) < 0);
        AssertRight();
    }

    [Fact]
    public void Only_instants_at_the_ends_of_time_overflow_nothing_either()
    {
        for (var i = 0; i < 3; i++)
        {
            _clock.Observe(DateTimeOffset.MaxValue, _time.GetTimestamp());
            _time.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(DateTimeOffset.MaxValue, _clock.Now);
    }

    /// <summary>Whatever the machine's clock, the gateway's and the network do: wrong answers that stand alone move nothing.</summary>
    [Fact]
    public void No_single_wrong_answer_moves_the_clock_by_more_than_minutes()
    {
        var answers = Gen.Select(Gen.Int[-900_000, 900_000], Gen.Int[0, 9_000], Gen.Int[0, 120_000]).Array[1, 30];
        Gen.Select(Gen.Int[-23, 23], answers).Sample((wallClockError, steps) =>
        {
            var machine = new Machine { WallClockError = TimeSpan.FromHours(wallClockError) };
            var clock = new GatewayClock(machine);
            Observe(machine, clock, TimeSpan.Zero, latency: 50);
            Observe(machine, clock, TimeSpan.Zero, latency: 50);
            foreach (var (error, latency, pause) in steps)
            {
                Observe(machine, clock, TimeSpan.FromSeconds(error), latency);
                var off = (clock.Now - machine.TrueTime).Duration();
                if (off > TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(10))
                {
                    return false;
                }

                machine.Pass(TimeSpan.FromMilliseconds(pause));
                Observe(machine, clock, TimeSpan.Zero, latency: 50);
                if ((clock.Now - machine.TrueTime) is var rest && (rest < TimeSpan.Zero || rest > TimeSpan.FromSeconds(1.1)))
                {
                    return false;
                }
            }

            return true;
        });
    }

    private void AssertRight() => Assert.InRange(Error, TimeSpan.Zero, TimeSpan.FromSeconds(1.1));

    private void Answer(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Answer();
        }
    }

    private void Answer(TimeSpan error = default) => Observe(_time, _clock, _offset + error, latency: 20);

    private static void Observe(Machine machine, GatewayClock clock, TimeSpan offset, int latency)
    {
        var sentAt = machine.GetTimestamp();
        machine.Pass(TimeSpan.FromMilliseconds(latency / 2));
        var shown = machine.TrueTime + offset;
        var header = shown.AddTicks(-(shown.Ticks % TimeSpan.TicksPerSecond));
        machine.Pass(TimeSpan.FromMilliseconds(latency - (latency / 2)));
        clock.Observe(header, sentAt);
    }

    /// <summary>A machine whose wall clock is wrong, and whose monotonic clock stands still while it sleeps.</summary>
    private sealed class Machine : TimeProvider
    {
        private readonly FakeTimeProvider _awake = new(Start);
        private TimeSpan _slept;

        public TimeSpan WallClockError { get; set; }

        public DateTimeOffset TrueTime => _awake.GetUtcNow() + _slept;

        public override long TimestampFrequency => _awake.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => TrueTime + WallClockError;

        public override long GetTimestamp() => _awake.GetTimestamp();

        public void Pass(TimeSpan time) => _awake.Advance(time);

        public void Sleep(TimeSpan time) => _slept += time;
    }
}
