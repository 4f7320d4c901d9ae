using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

/// <summary>All waits, to the boundary; those after deaths are in <see cref="SharedUserTests"/>.</summary>
public class RetryPolicyTests
{
    private static readonly SxtOptions Options = new();

    [Theory]
    [InlineData(SxtFailureReason.GatewayUnreachable)]
    [InlineData(SxtFailureReason.KeyUnavailable)]
    [InlineData(SxtFailureReason.KeyRefused)]
    public void With_a_token_the_delay_doubles_up_to_a_minute_whatever_failed(SxtFailureReason reason)
    {
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], DelaysAfter(reason, hasToken: true, jitter: 1, failures: 8));
        Assert.Equal(60, After(reason, failures: 1000, hasToken: true, jitter: 1));
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(0.5, 7)]
    [InlineData(1, 8)]
    public void Chance_takes_up_to_a_quarter_off_a_delay(double jitter, double seconds) =>
        Assert.Equal(seconds, After(SxtFailureReason.GatewayUnreachable, failures: 4, hasToken: true, jitter));

    [Theory]
    [InlineData(SxtFailureReason.GatewayUnreachable)]
    [InlineData(SxtFailureReason.Throttled)]
    [InlineData(SxtFailureReason.SessionEnded)]
    [InlineData(SxtFailureReason.Unexpected)]
    public void Without_a_token_the_gateway_is_asked_every_second_or_a_little_more(SxtFailureReason reason)
    {
        Assert.Equal(1, After(reason, failures: 1, hasToken: false, jitter: 0));
        Assert.Equal(1.25, After(reason, failures: 100, hasToken: false, jitter: 0.5));
        Assert.Equal(1.5, After(reason, failures: 1000, hasToken: false, jitter: 1));
    }

    [Fact]
    public void Without_a_token_a_key_that_can_not_be_had_is_looked_for_every_five_seconds_at_the_rarest() =>
        Assert.Equal([1, 2, 4, 5, 5], DelaysAfter(SxtFailureReason.KeyUnavailable, hasToken: false, jitter: 1, failures: 5));

    [Theory]
    [InlineData(SxtFailureReason.KeyRefused)]
    [InlineData(SxtFailureReason.UserUnknown)]
    public void What_only_a_person_can_fix_is_asked_about_less_and_less_often_also_without_a_token(SxtFailureReason reason) =>
        Assert.Equal([1, 2, 4, 8, 16, 32, 60], DelaysAfter(reason, hasToken: false, jitter: 1, failures: 7));

    [Theory]
    [InlineData(null, 8)]
    [InlineData(7.0, 8)]
    [InlineData(9.0, 9)]
    [InlineData(599.0, 599)]
    [InlineData(601.0, 600)]
    public void The_gateway_is_left_alone_for_as_long_as_it_asks_but_not_longer_than_ten_minutes(double? asked, double seconds)
    {
        var failure = Failure(SxtFailureReason.Throttled, asked);

        Assert.Equal(seconds, RetryPolicy.AfterFailure(failure, failures: 4, hasToken: true, jitter: 1).TotalSeconds);
        Assert.Equal(Math.Min(asked ?? 0, 600), RetryPolicy.Asked(failure).TotalSeconds);
    }

    [Fact]
    public void An_attempt_is_urgent_in_the_last_tenth_of_RenewBefore() =>
        Assert.Equal(TimeSpan.FromSeconds(30), RetryPolicy.UrgentBefore(Options));

    [Theory]
    [InlineData(true, true, 2)]
    [InlineData(true, false, 0.3)]
    [InlineData(false, true, 0.5)]
    [InlineData(false, false, 0.075)]
    public void The_instance_that_failed_waits_longer_than_the_others(bool isOwn, bool hasToken, double seconds) =>
        Assert.Equal(seconds, RetryPolicy.Turn(isOwn, hasToken, jitter: 0.5).TotalSeconds);

    [Theory]
    [InlineData(1200, null, 30)]
    [InlineData(60, null, 15)]
    [InlineData(60, 1.0, 15)]
    [InlineData(0, null, 15)]
    [InlineData(-1, null, 15)]
    [InlineData(0, 0.0, 2)]
    [InlineData(0, 1.0, 12)]
    [InlineData(0, 10.0, 15)]
    public void A_lock_is_waited_for_as_long_as_a_login_still_fits_in_behind(double untilUnusable, double? loginTime, double seconds)
    {
        Assert.Equal(seconds / 2, WaitForLock(0));
        Assert.Equal(seconds * 3 / 4, WaitForLock(0.5));

        double WaitForLock(double jitter) => RetryPolicy.ForLock(
            TimeSpan.FromSeconds(untilUnusable), loginTime is { } known ? TimeSpan.FromSeconds(known) : null, Options, jitter).TotalSeconds;
    }

    [Theory]
    [InlineData(SxtFailureReason.GatewayUnreachable, 10, 1.0, true)]
    [InlineData(SxtFailureReason.TimedOut, 10, 1.0, true)]
    [InlineData(SxtFailureReason.GatewayUnreachable, 10.001, 1.0, false)]
    [InlineData(SxtFailureReason.GatewayUnreachable, 1, 29.999, true)]
    [InlineData(SxtFailureReason.GatewayUnreachable, 1, 30.0, false)]
    [InlineData(SxtFailureReason.GatewayUnreachable, 1, null, false)]
    [InlineData(SxtFailureReason.SessionEnded, 5, 1.0, true)]
    [InlineData(SxtFailureReason.SessionEnded, 5.001, 1.0, false)]
    [InlineData(SxtFailureReason.SessionEnded, 1, 30.0, false)]
    [InlineData(SxtFailureReason.KeyRefused, 1, 1.0, false)]
    [InlineData(SxtFailureReason.Throttled, 1, 1.0, false)]
    public void A_request_waits_for_what_a_moment_may_fix_soon_after_a_session_died(
        SxtFailureReason reason, double delay, double? sinceDeath, bool waits) =>
        Assert.Equal(waits, RetryPolicy.IsWorthWaiting(
            reason,
            TimeSpan.FromSeconds(delay),
            sinceDeath is { } known ? TimeSpan.FromSeconds(known) : null,
            TimeSpan.FromSeconds(10),
            Options));

    [Fact]
    public void An_unanswered_question_is_repeated_after_four_seconds_at_the_latest() =>
        Assert.Equal([1, 2, 4, 4], Enumerable.Range(1, 4).Select(failures => RetryPolicy.AfterInquiry(failures, jitter: 1).TotalSeconds));

    [Theory]
    [InlineData(3600, 30)]
    [InlineData(31, 30)]
    [InlineData(20, 19)]
    [InlineData(1.5, 1)]
    [InlineData(-20, 1)]
    public void A_good_verdict_holds_for_half_a_minute_and_not_into_the_last_second_before_a_refresh(double untilRenewal, double seconds) =>
        Assert.Equal(seconds, RetryPolicy.GoodVerdict(TimeSpan.FromSeconds(untilRenewal)).TotalSeconds);

    [Theory]
    [InlineData(1, null, 5)]
    [InlineData(2, null, 10)]
    [InlineData(3, null, 10)]
    [InlineData(3, 4.0, 10)]
    [InlineData(1, 60.0, 60)]
    public void An_inquiry_without_an_answer_is_followed_by_the_next_after_five_and_then_after_ten_seconds(int failures, double? asked, double seconds) =>
        Assert.Equal(seconds, RetryPolicy.AfterNoVerdict(Failure(SxtFailureReason.GatewayUnreachable, asked), failures).TotalSeconds);

    private static double[] DelaysAfter(SxtFailureReason reason, bool hasToken, double jitter, int failures) =>
        [.. Enumerable.Range(1, failures).Select(count => After(reason, count, hasToken, jitter))];

    private static double After(SxtFailureReason reason, int failures, bool hasToken, double jitter) =>
        RetryPolicy.AfterFailure(Failure(reason), failures, hasToken, jitter).TotalSeconds;

    private static SxtAuthenticationException Failure(SxtFailureReason reason, double? retryAfter = null) =>
        new(reason, "It failed.", null, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}
