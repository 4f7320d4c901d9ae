namespace SxtAspNet.Sessions;

/// <summary>When a session is renewed, and until when it can be used. Pure: instants in, instants out.</summary>
internal static class RenewalSchedule
{
    /// <summary>How far this machine's clock may be behind the gateway's without being taken for wrong.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    /// <summary>From when on an instance renews a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="options">The settings.</param>
    /// <param name="jitter">In [0, 1), drawn once per generation and instance.</param>
    /// <param name="lacksStore">Whether other instances use it too, and the store between them is away.</param>
    /// <remarks>
    /// The owner has the first slot, since it needs one call where anyone else needs two; the others come at least
    /// one call's time limit later. Without a refresh token nobody owns the session, and all have the second slot. RenewBefore
    /// is capped at half of the time that the token was granted for, or a token that lives shorter than that would be renewed
    /// without a pause. Without the store each instance would need a login of its own, so half of that time is for the store
    /// to come back.
    /// </remarks>
    public static DateTimeOffset RenewFrom(Session session, SxtOptions options, double jitter, bool lacksStore)
    {
        var before = Before(session, options);
        var spread = Spread(before, options) * jitter;
        return lacksStore ? session.UnusableFrom.Plus(-(before + spread) / 2)
            : session.RefreshToken is not null
            ? session.UnusableFrom.Plus(-before - spread)
            : session.UnusableFrom.Plus(-before + Min(options.GatewayTimeout, before / 4) + (spread / 2));
    }

    /// <summary>From when on the session's owner, whichever instance that is, may renew it.</summary>
    public static DateTimeOffset EarliestRenewal(Session session, SxtOptions options)
    {
        var before = Before(session, options);
        return session.UnusableFrom.Plus(-before - Spread(before, options));
    }

    /// <summary>Whether a session can be refreshed, or only be followed by a new login.</summary>
    /// <remarks>
    /// Near the end of its 24 hours a refresh would grant less than half a token's life, or less than another renewal
    /// needs; the end is met by a login beforehand.
    /// </remarks>
    public static bool CanRefresh(Session session, SxtOptions options, DateTimeOffset now)
    {
        if (session.RefreshToken is not { IsSpent: false } refreshToken || now.Plus(options.GatewayTimeout) >= refreshToken.ExpiresAt)
        {
            return false;
        }

        var half = (session.ExpiresAt - session.GrantedAt) / 2;
        var another = options.RenewBefore + options.RenewJitter + options.GatewayTimeout;
        return now.Plus(half > another ? half : another) < session.EndsAt;
    }

    /// <summary>Whether a session's token still works.</summary>
    /// <param name="session">The session.</param>
    /// <param name="options">The settings.</param>
    /// <param name="now">The gateway's time if it is known, else this machine's.</param>
    /// <param name="isTimeKnown">Which of them it is.</param>
    /// <returns><see langword="null"/>: only the gateway can tell.</returns>
    /// <remarks>
    /// A farm replaces a session well before it ends. Where this machine's clock says otherwise, either the farm was away or
    /// the clock is wrong.
    /// </remarks>
    public static bool? IsUsable(Session session, SxtOptions options, DateTimeOffset now, bool isTimeKnown) =>
        session.IsTombstone ? false
        : isTimeKnown ? now < session.UnusableFrom
        : now.Plus(ClockTolerance) >= session.GrantedAt && now < session.UnusableFrom.Plus(-Before(session, options) / 2) ? true
        : null;

    private static TimeSpan Before(Session session, SxtOptions options) => Min(options.RenewBefore, session.Lifetime / 2);

    private static TimeSpan Spread(TimeSpan before, SxtOptions options) => Min(options.RenewJitter, before / 2);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
