namespace WebFarm;

/// <summary>The events of SxtAspNet that the farm reads from the log of its instances; their ids are stable.</summary>
internal static class InstanceEvents
{
    public const int SessionReady = 1100;
    public const int RenewalFailed = 1101;
    public const int NoToken = 1102;
    public const int SessionAdopted = 1103;
    public const int SessionFoundDead = 1106;
    public const int LoggedOut = 1107;
    public const int LogoutAdopted = 1108;
    public const int LogoutFailed = 1109;
    public const int Replayed = 1201;
    public const int RenewedPrivately = 1400;
    public const int LockTaken = 1408;

    /// <summary>Its place on the timeline; <see langword="null"/>: none.</summary>
    public static FarmEventKind? KindOf(Processes.LogLine line) => line.EventId switch
    {
        SessionReady => FarmEventKind.Renewed,
        SessionAdopted => FarmEventKind.Adopted,
        SessionFoundDead => FarmEventKind.FoundDead,
        LoggedOut or LogoutAdopted => FarmEventKind.LoggedOut,
        RenewedPrivately => FarmEventKind.Private,
        LockTaken => FarmEventKind.LockTaken,
        RenewalFailed or NoToken or LogoutFailed => FarmEventKind.Failed,
        _ when line.IsWarning => FarmEventKind.Warning,
        _ => null,
    };
}
