namespace SxtAspNet.Sessions;

/// <summary>
/// Patience, all of it: given what failed and how often, when the next attempt is, and who waits for what. Pure: chance
/// comes in as jitter, from [0, 1).
/// </summary>
internal static class RetryPolicy
{
    /// <summary>For how long an endpoint's 401 counts as its own once the gateway said that the token is good.</summary>
    private static readonly TimeSpan GoodVerdictHolds = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ShortestVerdict = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstDelayAfterNoVerdict = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelayAfterNoVerdict = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBetweenQuestions = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestDelayForKeys = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait that the gateway can ask for by Retry-After.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10);

    /// <summary>How long a request waits at the most for the login that follows sessions which die young.</summary>
    private static readonly TimeSpan ShortDelay = TimeSpan.FromSeconds(5);

    /// <summary>The longest time between logins when sessions keep dying young: long enough to be no storm.</summary>
    private static readonly TimeSpan LongestDelayAfterDeaths = TimeSpan.FromMinutes(1);

    /// <summary>After an attempt that something unforeseen broke off, so that not even its failure was noted.</summary>
    public static readonly TimeSpan AfterBreak = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestWaitForLock = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait after a failed attempt: at least as long as the gateway asks for.</summary>
    /// <remarks>
    /// While there is a token, nobody suffers, so the gateway is asked less and less often. Without one, requests fail: then it
    /// is asked every second or two, for as long as the outage lasts, or the app would come back by its own back-off and not by
    /// the gateway's return. What only a person can fix (a refused key) is asked about less and less often in any case.
    /// </remarks>
    public static TimeSpan AfterFailure(SxtAuthenticationException failure, int failures, bool hasToken, double jitter)
    {
        var delay = failure.Reason switch
        {
            _ when hasToken => Doubling(failures, LongestDelay, jitter),
            SxtFailureReason.KeyUnavailable => Doubling(failures, LongestDelayForKeys, jitter),
            SxtFailureReason.KeyRefused or SxtFailureReason.UserUnknown => Doubling(failures, LongestDelay, jitter),
            _ => TimeSpan.FromSeconds(1 + (0.5 * jitter)),
        };
        var asked = Asked(failure);
        return asked > delay ? asked : delay;
    }

    /// <summary>How long before a token's end the next one becomes urgent.</summary>
    public static TimeSpan UrgentBefore(SxtOptions options) => options.RenewBefore / 10;

    /// <summary>What the gateway asked for by Retry-After, as far as it is heeded.</summary>
    public static TimeSpan Asked(SxtAuthenticationException failure) => failure.RetryAfter is not { } asked ? TimeSpan.Zero
        : asked < LongestRetryAfter ? asked
        : LongestRetryAfter;

    /// <summary>How much longer an instance waits after an attempt of the farm failed: the one that failed lets the others go first.</summary>
    public static TimeSpan Turn(bool isOwn, bool hasToken, double jitter) =>
        TimeSpan.FromSeconds((hasToken ? 2 : 0.3) * (isOwn ? 1 : 0.5 * jitter));

    /// <summary>How long an instance waits for a lock that somebody else has, before it goes on without it.</summary>
    /// <remarks>
    /// While there is a token, a quarter of the time that it is usable for, so that a login fits in behind. Without one, requests
    /// wait: at a cold start for the half of their time, since a login takes its time; after a death, not much longer than a
    /// login takes, as the holder may have died too. Spread by chance, or all instances would go on at once.
    /// </remarks>
    public static TimeSpan ForLock(TimeSpan untilUnusable, TimeSpan? loginTime, SxtOptions options, double jitter)
    {
        var longest = untilUnusable > TimeSpan.Zero ? Min(options.AcquireTimeout, untilUnusable / 4)
            : loginTime is { } known ? Min(Max(6 * known, ShortestWaitForLock) * 2, options.AcquireTimeout / 2)
            : options.AcquireTimeout / 2;
        return longest * (0.5 + (0.5 * jitter));
    }

    /// <summary>Whether a request waits for the next attempt, rather than fail with the last one's reason.</summary>
    /// <remarks>
    /// A session that died before its time was in use a moment ago, so what keeps the next one away may be as short. After
    /// that, and for failures that a moment does not fix, requests fail at once.
    /// </remarks>
    public static bool IsWorthWaiting(SxtFailureReason reason, TimeSpan delay, TimeSpan? sinceDeath, TimeSpan limit, SxtOptions options) =>
        delay <= limit
        && sinceDeath < options.AcquireTimeout
        && (reason is SxtFailureReason.GatewayUnreachable or SxtFailureReason.TimedOut
            || (reason is SxtFailureReason.SessionEnded && delay <= ShortDelay));

    /// <summary>How long to wait for the next login when several sessions in a row died young.</summary>
    public static TimeSpan AfterDeaths(int deaths, double jitter) =>
        deaths < 2 ? TimeSpan.Zero : Doubling(deaths - 1, LongestDelayAfterDeaths, jitter);

    /// <summary>How long to wait until the gateway is asked about a rejected token again, when it gave no answer.</summary>
    public static TimeSpan AfterInquiry(int failures, double jitter) => Doubling(failures, LongestBetweenQuestions, jitter);

    /// <summary>For how long nobody asks again about a rejected token after the gateway called it good.</summary>
    /// <param name="untilRenewal">
    /// How long it is until some instance may refresh the session, which ends its token at a strict gateway.
    /// </param>
    public static TimeSpan GoodVerdict(TimeSpan untilRenewal) =>
        Max(ShortestVerdict, Min(GoodVerdictHolds, untilRenewal - ShortestVerdict));

    /// <summary>How long to wait until the gateway is asked again, when a whole inquiry ended without an answer.</summary>
    public static TimeSpan AfterNoVerdict(SxtAuthenticationException failure, int failures) =>
        Max(Asked(failure), Min(FirstDelayAfterNoVerdict * failures, LongestDelayAfterNoVerdict));

    private static TimeSpan Doubling(int failures, TimeSpan cap, double jitter)
    {
        var seconds = Math.Min(Math.Pow(2, Math.Min(failures, 30) - 1), cap.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.75 + (0.25 * jitter)));
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
