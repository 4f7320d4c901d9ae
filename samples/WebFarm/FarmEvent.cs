using System.Text.Json.Serialization;

namespace WebFarm;

/// <summary>What kind of thing happened in the farm.</summary>
public enum FarmEventKind
{
    /// <summary>A process is up.</summary>
    Up,

    /// <summary>A process ended.</summary>
    Down,

    /// <summary>A session was granted to an instance: by a login or a refresh, which the gateway's own lane tells apart.</summary>
    Renewed,

    /// <summary>An instance adopted the session of another one.</summary>
    Adopted,

    /// <summary>An instance took the farm's renewal lock.</summary>
    LockTaken,

    /// <summary>The gateway no longer accepted a session before its end.</summary>
    FoundDead,

    /// <summary>An instance gets a session of its own, as the store can't be used.</summary>
    Private,

    /// <summary>A logout, by an instance or seen by it.</summary>
    LoggedOut,

    /// <summary>An instance could not renew, log in or log out.</summary>
    Failed,

    /// <summary>Something else that an instance warned of.</summary>
    Warning,

    /// <summary>The gateway granted a session to a login.</summary>
    Login,

    /// <summary>The gateway granted a session to a refresh.</summary>
    Refresh,

    /// <summary>The gateway refused a call, or its answer was lost.</summary>
    Refused,

    /// <summary>A fault begins: made by the chaos or by the page.</summary>
    FaultBegins,

    /// <summary>A fault is over.</summary>
    FaultEnds,
}

/// <summary>Something that happened in the farm, for the timeline.</summary>
/// <param name="At">When, on this machine's clock.</param>
/// <param name="Lane">Where: an instance's name, <see cref="GatewayLane"/> or <see cref="CacheLane"/>.</param>
/// <param name="Kind">What.</param>
/// <param name="Text">In words; of a fault, what is said of the <see cref="Subject"/>.</param>
/// <param name="Generation">The session's generation, where there is one.</param>
/// <param name="Fault">Which fault of this lane begins or ends.</param>
public sealed record FarmEvent(DateTimeOffset At, string Lane, FarmEventKind Kind, string Text, long? Generation = null, string? Fault = null)
{
    public const string GatewayLane = "gateway";
    public const string CacheLane = "cache";

    /// <summary>Who it happened to, as the beginning of a sentence goes on: "instance 2", "the cache".</summary>
    [JsonIgnore]
    public string Subject => Lane is GatewayLane or CacheLane ? $"the {Lane}" : $"instance {Lane}";

    /// <summary>Whether another event ends the fault that begins here. A process that is up is neither killed nor paused.</summary>
    public bool IsEndedBy(FarmEvent other) =>
        other.Lane == Lane && (other.Kind is FarmEventKind.Up || (other.Kind is FarmEventKind.FaultEnds && other.Fault == Fault));
}
