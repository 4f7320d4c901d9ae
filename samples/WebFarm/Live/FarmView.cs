using SxtAspNet.Testing;
using WebFarm.Processes;
using WebFarm.Traffic;

namespace WebFarm.Live;

/// <summary>The farm as the page shows it.</summary>
public sealed record FarmView(
    DateTimeOffset Now,
    TrafficView Traffic,
    GatewayView Gateway,
    CacheView Cache,
    bool CanPause,
    IReadOnlyList<InstanceView> Instances,
    IReadOnlyDictionary<long, DateTimeOffset> TokenEnds,
    IReadOnlyList<FarmEvent> Events,
    string Story)
{
    public static FarmView Of(Farm farm, TrafficGenerator traffic, SessionPoll sessions)
    {
        var now = DateTimeOffset.UtcNow;
        var figures = traffic.Figures;
        var events = farm.Timeline.Since(now - TrafficHistory.Window);
        return new FarmView(
            now,
            new TrafficView(
                figures.Total,
                figures.Count(RequestOutcome.Failed),
                figures.Count(RequestOutcome.CutOff),
                farm.LogCount(InstanceEvents.Replayed),
                figures.Recent.Rate,
                figures.Recent.Latency,
                traffic.History.Seconds),
            GatewayView.Of(farm),
            CacheView.Of(farm.Cache),
            Suspension.IsSupported,
            [.. farm.Instances.Select(instance => InstanceView.Of(instance, sessions.Latest(instance)))],
            sessions.TokenEnds,
            events,
            Live.Story.Tell(events, traffic.History.Since, now));
    }
}

/// <summary>What the requests came to, altogether and lately.</summary>
public sealed record TrafficView(
    int Requests, int Failed, int CutOff, int Replayed, double Rate, LatencySummary? LatencyMs, IReadOnlyList<TrafficSecond> History);

/// <summary>The gateway's own counts.</summary>
public sealed record GatewayView(
    Uri Address,
    GatewayFault? Fault,
    int Logins,
    int Refreshes,
    int ReusedRefreshTokens,
    int ExpiredTokensPresented,
    IReadOnlyDictionary<string, int> Calls)
{
    private static readonly SxtGatewayCallKind[] Kinds =
    [
        SxtGatewayCallKind.Challenge,
        SxtGatewayCallKind.Token,
        SxtGatewayCallKind.Refresh,
        SxtGatewayCallKind.ApiKeyExchange,
        SxtGatewayCallKind.ValidToken,
        SxtGatewayCallKind.Logout,
        SxtGatewayCallKind.Sql,
    ];

    public static GatewayView Of(Farm farm)
    {
        var calls = farm.Gateway.Emulator.Calls;
        return new GatewayView(
            farm.Gateway.Emulator.BaseAddress,
            farm.Gateway.Fault,
            farm.Watch.Logins,
            farm.Watch.Refreshes,
            calls.ReusedRefreshTokens,
            calls.ExpiredTokensPresented,
            Kinds.ToDictionary(kind => kind.ToString(), calls.Count));
    }
}

public sealed record CacheView(string Address, bool IsOwn, bool IsUp, bool IsSilent, bool IsLockHeld)
{
    public static CacheView Of(FarmCache cache) => new(cache.Address, cache.IsOwn, cache.IsUp, cache.IsSilent, cache.IsLockHeld);
}

/// <summary>An instance; its session is as it last said, which is a while ago when it is paused.</summary>
public sealed record InstanceView(
    int Number,
    string Name,
    ProcessState State,
    int? ProcessId,
    int Starts,
    InstanceSession? Session,
    int Requests,
    int Failed,
    int CutOff,
    double Rate,
    LatencySummary? LatencyMs,
    double? MemoryMb)
{
    public static InstanceView Of(FarmInstance instance, InstanceSession? session)
    {
        var (rate, latency) = instance.Figures.Recent;
        return new InstanceView(
            instance.Number,
            instance.Name,
            instance.State,
            instance.Process?.Id,
            instance.Starts,
            instance.State is ProcessState.Running or ProcessState.Paused ? session : null,
            instance.Figures.Total,
            instance.Figures.Count(RequestOutcome.Failed),
            instance.Figures.Count(RequestOutcome.CutOff),
            rate,
            latency,
            instance.Process?.Resources?.MemoryMb);
    }
}
