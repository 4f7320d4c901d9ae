using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Sessions;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>Which sessions died young, and how long the next login waits then.</summary>
public sealed class SessionDeathsTests : IAsyncLifetime
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly TestApp _app = new();
    private readonly CurrentSession _current;
    private readonly SessionDeaths _deaths;
    private long _generation;

    public SessionDeathsTests()
    {
        _deaths = _app.Services.GetRequiredKeyedService<SessionDeaths>("");
        _current = _app.Services.GetRequiredKeyedService<CurrentSession>("");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void One_death_is_no_reason_to_wait()
    {
        Assert.Null(_deaths.Postpone());

        Die(TimeSpan.Zero);

        Assert.Null(_deaths.Explanation);
        Assert.Null(_deaths.Postpone());
    }

    [Fact]
    public void After_the_second_one_in_a_row_the_next_login_waits_and_longer_after_each_further_one()
    {
        Die(TimeSpan.Zero);
        foreach (var (count, seconds) in new[] { (2, 0.875), (3, 1.75), (4, 3.5) })
        {
            Die(TimeSpan.Zero);

            var postponement = _deaths.Postpone();
            Assert.Equal((SxtFailureReason.SessionEnded, TimeSpan.FromSeconds(seconds)), (postponement!.Reason, postponement.RetryAfter!.Value));
            Assert.StartsWith($"The gateway ended {count} sessions in a row", _deaths.Explanation, StringComparison.Ordinal);
            Assert.Contains(_deaths.Explanation!, postponement.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_wait_is_over_at_its_end_and_the_explanation_stays()
    {
        Die(TimeSpan.Zero);
        Die(TimeSpan.Zero);

        _app.Time.Advance(TimeSpan.FromSeconds(0.875) - Tick);
        Assert.NotNull(_deaths.Postpone());
        _app.Time.Advance(Tick);

        Assert.Null(_deaths.Postpone());
        Assert.NotNull(_deaths.Explanation);
    }

    [Theory]
    [InlineData(25, 60)]
    [InlineData(1, 30)]
    public void A_session_dies_young_in_its_first_minute_or_half_of_its_life(int minutes, int seconds)
    {
        var lifetime = TimeSpan.FromMinutes(minutes);
        Die(TimeSpan.Zero);

        Die(TimeSpan.FromSeconds(seconds) - Tick, lifetime);
        Assert.NotNull(_deaths.Explanation);
        Die(TimeSpan.FromSeconds(seconds), lifetime);
        Assert.Null(_deaths.Explanation);
        Die(TimeSpan.Zero);

        Assert.Null(_deaths.Explanation);
    }

    [Fact]
    public void Once_logins_wait_long_a_session_dies_young_within_twice_that_wait()
    {
        DieOften(8);
        var wait = _deaths.Postpone()!.RetryAfter!.Value;
        Assert.Equal(TimeSpan.FromSeconds(52.5), wait);

        Die((wait * 2) - Tick);
        Assert.StartsWith("The gateway ended 9 sessions", _deaths.Explanation, StringComparison.Ordinal);
        Die(wait * 2);

        Assert.Null(_deaths.Explanation);
    }

    [Fact]
    public void A_session_that_was_adopted_late_is_as_old_as_it_says()
    {
        Die(TimeSpan.Zero);

        Die(TimeSpan.FromSeconds(1), grantedAt: Now - TimeSpan.FromMinutes(2));

        Assert.Null(_deaths.Explanation);
    }

    [Fact]
    public void A_session_that_says_that_it_is_from_the_future_is_as_old_as_its_use()
    {
        Die(TimeSpan.Zero);
        Die(TimeSpan.FromSeconds(61), grantedAt: Now + TimeSpan.FromHours(1));
        Die(TimeSpan.Zero);

        Assert.Null(_deaths.Explanation);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public void Deaths_are_forgotten_once_a_session_has_lived_until_its_renewal(int seconds, bool isRemembered)
    {
        DieOften(2);
        Install();
        _app.Time.Advance(TimeSpan.FromSeconds(seconds));

        Install();
        Assert.Equal(isRemembered, _deaths.Explanation is not null);
        _current.End(_current.Snapshot.Session!);

        Assert.Equal(isRemembered, _deaths.Explanation is not null);
        Assert.Equal(isRemembered, _deaths.Postpone() is not null);
    }

    private DateTimeOffset Now => _app.Time.GetUtcNow();

    private void DieOften(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Die(TimeSpan.Zero);
        }
    }

    private void Die(TimeSpan age, TimeSpan? tokenLifetime = null, DateTimeOffset? grantedAt = null)
    {
        Install(tokenLifetime, grantedAt);
        _app.Time.Advance(age);
        Assert.True(_current.End(_current.Snapshot.Session!));
    }

    private void Install(TimeSpan? tokenLifetime = null, DateTimeOffset? grantedAt = null) => _current.Offer(
        TestSessions.Create(++_generation, grantedAt: grantedAt ?? Now, tokenLifetime: tokenLifetime), isShared: false, storeProblem: null);
}
