using System.Text.Json.Serialization;

namespace SxtAspNet;

/// <summary>What a session can do for a request.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SxtSessionState>))]
public enum SxtSessionState
{
    /// <summary>There was no login yet.</summary>
    NotStarted,

    /// <summary>There is a usable token, and the last renewal succeeded.</summary>
    Active,

    /// <summary>There is a usable token, but something is wrong that will need attention if it lasts.</summary>
    Degraded,

    /// <summary>There is no usable token, and the last attempt to get one failed. Requests fail.</summary>
    Unavailable,

    /// <summary>The session was logged out; the next request logs in.</summary>
    LoggedOut,
}

/// <summary>Whose session an instance uses.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SxtSessionMode>))]
public enum SxtSessionMode
{
    /// <summary>A session of its own, which no other instance sees.</summary>
    Private,

    /// <summary>The shared session; this instance has its refresh token and renews it first.</summary>
    Owner,

    /// <summary>The shared session; its owner, if it has one, renews it first.</summary>
    Shared,
}

/// <summary>A session at one moment. All instants are on the gateway's clock.</summary>
public sealed class SxtSessionStatus
{
    /// <summary>What the session can do for a request.</summary>
    public required SxtSessionState State { get; init; }

    /// <summary>Whose session it is. Without a shared session store it is always a private one.</summary>
    public SxtSessionMode Mode { get; init; }

    /// <summary>
    /// The user id at Space and Time. Where none is configured it is the one that the first token names, and empty before.
    /// </summary>
    public required string UserId { get; init; }

    /// <summary>Number of the session's present token, rising with each login and refresh; 0 before the first.</summary>
    public long Generation { get; init; }

    /// <summary>When the access token stops working.</summary>
    public DateTimeOffset? AccessTokenExpiresAt { get; init; }

    /// <summary>When the gateway ends the session: 24 hours after its login.</summary>
    public DateTimeOffset? SessionEndsAt { get; init; }

    /// <summary>When this instance renews next, if nobody does before.</summary>
    public DateTimeOffset? RenewalDueAt { get; init; }

    /// <summary>How far the gateway's clock is ahead of this machine's; <see langword="null"/> before its first answer.</summary>
    public TimeSpan? GatewayClockOffset { get; init; }

    /// <summary>Why the last attempt to renew failed; <see langword="null"/> when it succeeded.</summary>
    public SxtFailureReason? FailureReason { get; init; }

    /// <summary>What failed and what to do, for the person on call; never holds a secret.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>Failed attempts in a row.</summary>
    public int Failures { get; init; }

    /// <summary>State, mode and generation.</summary>
    public override string ToString() => $"{State} ({Mode}), generation {Generation}";
}
