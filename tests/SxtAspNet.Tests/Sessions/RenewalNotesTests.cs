using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;
using SxtAspNet.Sessions;
using SxtAspNet.Tests.Farm;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>What an instance leaves beside the record after a failed attempt, and what it makes of the notes of others.</summary>
public sealed class RenewalNotesTests : IAsyncLifetime
{
    private static readonly SxtAuthenticationException Failure = new(SxtFailureReason.GatewayUnreachable, "The gateway is away.");

    private readonly SharedRoom.Door _door = new SharedRoom(new FakeTimeProvider()).Open();
    private readonly TestApp _app;
    private readonly RenewalNotes _notes;
    private readonly SessionStore _store;
    private readonly GatewayClock _clock;

    public RenewalNotesTests()
    {
        _app = new TestApp(services: services => services.AddSingleton<ISxtSessionStore>(_door));
        _notes = _app.Services.GetRequiredKeyedService<RenewalNotes>("");
        _store = _app.Services.GetRequiredKeyedService<SessionStore>("");
        _clock = _app.Services.GetRequiredKeyedService<GatewayClock>("");
    }

    public async ValueTask InitializeAsync() => await _store.ReadAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void Without_a_note_the_gateway_may_be_asked() => Assert.Null(_notes.Postpone(null, hasToken: true));

    [Theory]
    [InlineData(true, "10.5 s")]
    [InlineData(false, "2.1 s")]
    public void A_note_of_another_instance_puts_an_attempt_off_for_its_delay_and_a_little_more(bool hasToken, string due)
    {
        var postponed = _notes.Postpone(Note(), hasToken)!;

        Assert.Equal((10.5, 2.075), (postponed.Delay.TotalSeconds, postponed.UrgentDelay.TotalSeconds));
        Assert.Equal(SxtFailureReason.KeyRefused, postponed.Cause.Reason);
        Assert.StartsWith("Another instance of the farm could not renew the session (KeyRefused, failure 3 in a row", postponed.Cause.Message, StringComparison.Ordinal);
        Assert.EndsWith($"the next attempt is due in {due}.", postponed.Cause.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 2)]
    public void A_note_holds_until_the_end_of_its_delay_whichever_counts(bool hasToken, int seconds)
    {
        var note = Note();
        Assert.NotNull(_notes.Postpone(note, hasToken));

        _app.Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.NotNull(_notes.Postpone(note with { }, hasToken));
        _app.Time.Advance(TimeSpan.FromTicks(1));

        Assert.Null(_notes.Postpone(note with { }, hasToken));
    }

    [Fact]
    public void Another_note_holds_from_when_it_is_met()
    {
        Assert.NotNull(_notes.Postpone(Note(), hasToken: true));
        _app.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(10.5, _notes.Postpone(Note() with { Failures = 4 }, hasToken: true)!.Delay.TotalSeconds);
    }

    [Theory]
    [InlineData(-3, 7.5)]
    [InlineData(-9, 1.5)]
    [InlineData(3600, 10.5)]
    public void Once_the_gateway_has_told_the_time_a_note_holds_from_when_it_was_left_but_never_longer_than_its_delay(int leftAt, double seconds)
    {
        _clock.Observe(_app.Time.GetUtcNow(), _app.Time.GetTimestamp());

        var note = Note() with { LeftAt = _clock.Now + TimeSpan.FromSeconds(leftAt) };

        Assert.Equal(seconds, _notes.Postpone(note, hasToken: true)!.Delay.TotalSeconds);
    }

    [Fact]
    public void A_note_that_was_left_too_long_ago_holds_back_nobody()
    {
        _clock.Observe(_app.Time.GetUtcNow(), _app.Time.GetTimestamp());

        Assert.Null(_notes.Postpone(Note() with { LeftAt = _clock.Now - TimeSpan.FromSeconds(10) }, hasToken: true));
    }

    [Fact]
    public async Task The_instance_that_has_left_a_note_lets_the_others_go_first()
    {
        await _notes.LeaveAsync(default, Failure);

        var postponed = _notes.Postpone((await _store.ReadNoteAsync()).Note, hasToken: true)!;

        Assert.StartsWith("This instance of the farm", postponed.Cause.Message, StringComparison.Ordinal);
        Assert.Equal((0.875 + 2, 1.25 + 0.3), (postponed.Delay.TotalSeconds, postponed.UrgentDelay.TotalSeconds));
    }

    [Fact]
    public async Task Failures_in_a_row_add_up_from_note_to_note()
    {
        foreach (var (failures, delay) in new[] { (1, 0.875), (2, 1.75), (3, 3.5) })
        {
            await _notes.LeaveAsync(await _store.ReadNoteAsync(), Failure);

            var note = (await _store.ReadNoteAsync()).Note!;
            Assert.Equal((failures, delay, 1.25), (note.Failures, note.Delay.TotalSeconds, note.UrgentDelay.TotalSeconds));
            Assert.Equal((SxtFailureReason.GatewayUnreachable, _clock.Now), (note.Reason, note.LeftAt));
        }
    }

    [Fact]
    public async Task A_note_that_can_not_be_left_is_a_trouble_of_the_store_which_is_told()
    {
        _door.IsReadOnly = true;

        await _notes.LeaveAsync(default, Failure);

        Assert.Single(_app.Logs.GetSnapshot(), log => log.Id.Id == 1401);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(600, 600, true)]
    [InlineData(601, 1, false)]
    [InlineData(1, 601, false)]
    [InlineData(-1, 1, false)]
    [InlineData(1, -1, false)]
    public void A_note_whose_delays_can_not_be_meant_is_none(int delay, int urgentDelay, bool isNote)
    {
        var note = Note() with { Delay = TimeSpan.FromSeconds(delay), UrgentDelay = TimeSpan.FromSeconds(urgentDelay) };

        Assert.Equal(isNote ? note : null, RenewalNote.Read(note.Write()));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("null")]
    public void A_note_that_is_malformed_is_none(string text) => Assert.Null(RenewalNote.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    private RenewalNote Note() => new(
        _app.Time.GetUtcNow(), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), Failures: 3, SxtFailureReason.KeyRefused, Instance: 42);
}
