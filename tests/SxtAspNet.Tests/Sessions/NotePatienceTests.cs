using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

public sealed class NotePatienceTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly GatewayClock _clock;
    private readonly NotePatience _patience;

    public NotePatienceTests()
    {
        _clock = new GatewayClock(_time);
        _patience = new NotePatience(_clock, _time);
    }

    [Fact]
    public void Without_the_gateways_time_a_note_holds_for_its_delay_from_the_moment_it_is_met()
    {
        var note = Note(notBefore: _time.GetUtcNow() + TimeSpan.FromMinutes(9));

        Assert.Equal(Delay, _patience.Remaining(note));
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(TimeSpan.FromSeconds(5), _patience.Remaining(note));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.Zero, _patience.Remaining(note));
    }

    [Fact]
    public void A_note_of_a_clock_that_is_ahead_holds_no_longer_than_its_delay()
    {
        _clock.Observe(_time.GetUtcNow(), _time.GetTimestamp());

        Assert.Equal(Delay, _patience.Remaining(Note(notBefore: _clock.Now + TimeSpan.FromMinutes(9))));
    }

    [Fact]
    public void With_the_gateways_time_a_note_that_is_met_late_holds_until_its_instant()
    {
        _clock.Observe(_time.GetUtcNow(), _time.GetTimestamp());

        Assert.Equal(TimeSpan.FromSeconds(3), _patience.Remaining(Note(notBefore: _clock.Now + TimeSpan.FromSeconds(3))));
    }

    [Fact]
    public void Another_note_is_met_anew()
    {
        _patience.Remaining(Note(notBefore: _time.GetUtcNow()));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Delay, _patience.Remaining(Note(notBefore: _time.GetUtcNow()) with { Failures = 2 }));
    }

    private static RenewalNote Note(DateTimeOffset notBefore) =>
        new(notBefore, Delay, Failures: 1, SxtFailureReason.GatewayUnreachable, Instance: 1);
}
