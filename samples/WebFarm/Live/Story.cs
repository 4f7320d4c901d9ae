using System.Globalization;
using WebFarm.Traffic;

namespace WebFarm.Live;

/// <summary>
/// Tells in one sentence what happened last in the farm, who renewed after it, and what it cost. The sentence changes only
/// when something happens, since it is read aloud when it does.
/// </summary>
public static class Story
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    /// <summary>Requests that failed within this time are said to fail still.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(3);

    /// <param name="events">What happened, in any order.</param>
    /// <param name="lossesSince">The requests that were lost since an instant.</param>
    /// <param name="now">The present.</param>
    public static string Tell(IEnumerable<FarmEvent> events, Func<DateTimeOffset, TrafficLosses> lossesSince, DateTimeOffset now)
    {
        var all = events.OrderBy(each => each.At).ToArray();
        var minute = now - Memory;
        if (all.LastOrDefault(each => IsIncident(each) && (each.At >= minute || IsOngoing(each, all))) is not { } incident)
        {
            return TellCalm([.. all.Where(each => each.At >= minute)], lossesSince(minute));
        }

        // Of what happened more than a minute ago, the rest is forgotten.
        var isOld = incident.At < minute;
        var after = all.Where(each => each.At >= incident.At).ToArray();
        var losses = TellLosses(lossesSince(isOld ? minute : incident.At), now);
        string?[] parts = [TellIncident(incident, after), isOld ? null : TellRenewal(incident, after), isOld ? $"{losses} in the last minute" : losses];
        return Sentence(string.Join("; ", parts.OfType<string>()));
    }

    private static bool IsIncident(FarmEvent each) => each switch
    {
        { Kind: FarmEventKind.FaultBegins } => true,
        { Kind: FarmEventKind.LoggedOut, Lane: FarmEvent.GatewayLane } => true,
        { Kind: FarmEventKind.Down, Text: Farm.UnexpectedEnd } => true,
        _ => false,
    };

    private static bool IsOngoing(FarmEvent incident, FarmEvent[] all) =>
        incident.Kind is FarmEventKind.FaultBegins && !all.Any(each => each.At >= incident.At && incident.IsEndedBy(each));

    private static string TellCalm(FarmEvent[] lately, TrafficLosses losses)
    {
        if (losses.Failed > 0)
        {
            return $"{Requests(losses.Failed)} failed in the last minute, although nothing was done to the farm.";
        }

        var renewer = lately.LastOrDefault(each => each.Kind is FarmEventKind.Renewed)?.Subject;
        var isShared = lately.Any(each => each.Kind is FarmEventKind.Adopted);
        return "Nothing went wrong in the last minute"
            + (renewer is null ? "." : isShared ? $": {renewer} renewed the session, and the others adopted it." : $": {renewer} renewed the session.");
    }

    private static string TellIncident(FarmEvent incident, FarmEvent[] after)
    {
        if (incident.Kind is FarmEventKind.LoggedOut)
        {
            return "the user was logged out";
        }

        var end = after.FirstOrDefault(incident.IsEndedBy);
        var ending = end switch
        {
            null => "",
            { Kind: FarmEventKind.Up } => $" and was up again {Later(incident, end)}",
            _ => $" and {end.Text} {Later(incident, end)}",
        };
        return $"{incident.Subject} {incident.Text}{ending}";
    }

    private static string? TellRenewal(FarmEvent incident, FarmEvent[] after)
    {
        if (after.LastOrDefault(each => each.Kind is FarmEventKind.Renewed or FarmEventKind.Failed)?.Kind is FarmEventKind.Failed)
        {
            return "renewals fail";
        }

        var alone = after.Where(each => each.Kind is FarmEventKind.Private).Select(each => each.Lane).Distinct().ToArray();
        var renewals = after.Where(each => each.Kind is FarmEventKind.Renewed).ToArray();
        var themselves = renewals.Select(each => each.Lane).Distinct().Where(alone.Contains).Order().ToArray();
        if (themselves.Length > 1)
        {
            return $"instances {string.Join(", ", themselves[..^1])} and {themselves[^1]} logged in for themselves";
        }

        if (renewals is not [var first, ..])
        {
            return null;
        }

        var call = after.LastOrDefault(each => each.At <= first.At && each.Kind is FarmEventKind.Login or FarmEventKind.Refresh);
        var what = call?.Kind switch
        {
            FarmEventKind.Login when alone.Contains(first.Lane) => "logged in for itself",
            FarmEventKind.Login => "logged in",
            FarmEventKind.Refresh => "refreshed the session",
            _ => "got a new session",
        };
        return $"{first.Subject} {what} {Later(incident, first)}";
    }

    private static string TellLosses(TrafficLosses losses, DateTimeOffset now) => losses switch
    {
        { Failed: > 0, LastFailedAt: { } last } when last > now - Still => "requests fail",
        { Failed: > 0 } => $"{Requests(losses.Failed)} failed",
        { CutOff: > 0 } => $"{Requests(losses.CutOff)} {(losses.CutOff == 1 ? "was" : "were")} cut off, no other failed",
        _ => "no request failed",
    };

    private static string Requests(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} request{(count == 1 ? "" : "s")}");

    private static string Later(FarmEvent incident, FarmEvent then)
    {
        var seconds = (then.At - incident.At).TotalSeconds;
        return $"{seconds.ToString(seconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} s later";
    }

    private static string Sentence(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
}
