using System.Text.Json;
using System.Text.Json.Serialization;
using WebFarm.Traffic;

namespace WebFarm.Check;

/// <summary>What a check found. The gateway's figures are the gateway's own, not what the instances believe.</summary>
public sealed record CheckResult
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required int Instances { get; init; }

    public required double Seconds { get; init; }

    public required int RatePerInstance { get; init; }

    public required string Gateway { get; init; }

    /// <summary>What the farm logs in with: "key", "api-key" or "pkcs11".</summary>
    public required string Credential { get; init; }

    public required int Requests { get; init; }

    public required int Failed { get; init; }

    /// <summary>Requests that their own instance's kill or pause, or the gateway's long outage, cut.</summary>
    public required int CutOff { get; init; }

    /// <summary>Requests that these only held up; <see cref="LatencyMs"/> does not count them.</summary>
    public required int Stalled { get; init; }

    /// <summary>Requests that the instances sent to the gateway again, after a 401 to a token that had been replaced.</summary>
    public required int Replayed { get; init; }

    /// <summary>Sessions that the gateway started, the first one included.</summary>
    public required int Logins { get; init; }

    /// <summary>The most logins that the faults allow.</summary>
    public required LoginBound LoginBound { get; init; }

    public required int Refreshes { get; init; }

    public required int ReusedRefreshTokens { get; init; }

    public required int ExpiredTokensPresented { get; init; }

    /// <summary>From the moment a request was due until its answer was read.</summary>
    public required LatencySummary LatencyMs { get; init; }

    /// <summary>The longest that a good request took.</summary>
    public required double LongestDelayMs { get; init; }

    /// <summary>Good requests that took more than 100 ms.</summary>
    public required int DelayedOver100Ms { get; init; }

    /// <summary>Logins after the first one, for each generation that was renewed.</summary>
    public required double LoginsPerGeneration { get; init; }

    /// <summary>
    /// The longest time from the end of a gateway fault until the first good answer to a request that was sent after it;
    /// <see langword="null"/> when there was none.
    /// </summary>
    public required double? RecoveryMs { get; init; }

    public required RenewalSummary Renewals { get; init; }

    public required IReadOnlyList<ColdStartResult> ColdStarts { get; init; }

    /// <summary>The median, over the cold starts, of the slowest request's time in logins.</summary>
    public required double? ColdStartRatio { get; init; }

    /// <summary>The same with processes that had run before, after a logout.</summary>
    public required IReadOnlyList<ColdStartResult> WarmStarts { get; init; }

    public required double? WarmStartRatio { get; init; }

    public required ChaosSummary Chaos { get; init; }

    /// <summary>The generation that all instances ended on; <see langword="null"/>: they did not.</summary>
    public required long? FinalGeneration { get; init; }

    public required int UnexpectedEnds { get; init; }

    public required IReadOnlyList<ResourceGrowth> Resources { get; init; }

    /// <summary>What was asked for and could not be done; the verdict does not count it.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Why the verdict is "fail".</summary>
    public IReadOnlyList<string> Reasons => [.. FindReasons()];

    public string Verdict => Reasons.Count == 0 ? "pass" : "fail";

    /// <summary>The verdict in a line for people.</summary>
    [JsonIgnore]
    public string Headline => Reasons.Count > 0
        ? $"FAIL: {string.Join(' ', Reasons)}"
        : $"PASS: none of {Requests} requests failed, with {Chaos.Total} faults; {Logins} logins, {Refreshes} refreshes, "
            + $"the longest request took {LongestDelayMs:0} ms{(RecoveryMs is { } recovery ? $", and the first after a gateway fault was answered within {recovery:0} ms" : "")}."
            + (Warnings.Count > 0 ? $" Not all was tried: see the {(Warnings.Count == 1 ? "warning" : "warnings")} above." : "");

    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    private bool UsesApiKey => Credential == "api-key";

    private IEnumerable<string> FindReasons()
    {
        if (Requests == 0)
        {
            yield return "There was no traffic.";
        }

        if (Failed > 0)
        {
            yield return $"{Failed} requests failed.";
        }

        if (ReusedRefreshTokens > 0)
        {
            yield return $"Refresh tokens were presented again, {ReusedRefreshTokens} times.";
        }

        if (ExpiredTokensPresented > 0)
        {
            yield return $"Expired tokens were presented, {ExpiredTokensPresented} times.";
        }

        if (Logins > LoginBound.Total)
        {
            yield return $"There were {Logins} logins; the faults allow {LoginBound.Total}.";
        }

        if (DelayedOver100Ms > 0 && Chaos.Total > 0 && Chaos.Total == Chaos.Lock)
        {
            yield return $"{DelayedOver100Ms} requests took more than 100 ms because of a lock, the longest {LongestDelayMs:0} ms.";
        }

        if (Chaos.Total == 0 && Renewals.MaxPerGeneration > 1)
        {
            yield return $"A generation was renewed {Renewals.MaxPerGeneration} times.";
        }

        foreach (var start in ColdStarts.Concat(WarmStarts).Where(start => start is not { Logins: 1, Failed: 0 } || start.Challenges != (UsesApiKey ? 0 : 1)))
        {
            yield return $"A start took {start.Challenges} challenges and {start.Logins} logins, and {start.Failed} of its requests failed.";
        }

        if (FinalGeneration is null)
        {
            yield return "The instances did not end on one generation.";
        }

        if (UnexpectedEnds > 0)
        {
            yield return $"{UnexpectedEnds} processes ended by themselves.";
        }
    }
}

/// <summary>How many logins the faults of a run allow.</summary>
/// <param name="Start">The first one.</param>
/// <param name="Renewals">With an API key: one for each renewal.</param>
/// <param name="SessionEnds">Sessions that can have ended by their age.</param>
/// <param name="Faults">One for each kill, pause and fault of the gateway.</param>
/// <param name="CacheOutages">One for each instance and outage of the cache.</param>
/// <param name="StuckLocks">One for each instance and renewal that falls due while nobody can have the lock.</param>
/// <param name="LostAnswers">Logins whose answer the gateway, as told, did not deliver in time.</param>
public sealed record LoginBound(int Start, int Renewals, int SessionEnds, int Faults, int CacheOutages, int StuckLocks, int LostAnswers)
{
    public int Total => Start + Renewals + SessionEnds + Faults + CacheOutages + StuckLocks + LostAnswers;
}

/// <summary>The faults that were made.</summary>
public sealed record ChaosSummary(int Seed, int Kill, int Pause, int Cache, int Gateway, int Lock, int Silence)
{
    public int Total => Kill + Pause + Cache + Gateway + Lock + Silence;
}
