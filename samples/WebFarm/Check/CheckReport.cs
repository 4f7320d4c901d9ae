using System.Globalization;
using WebFarm.Traffic;

namespace WebFarm.Check;

/// <summary>Writes what a check found for people to read; the last line is for programs.</summary>
public static class CheckReport
{
    private const int MostFailuresShown = 10;

    public static void Write(TextWriter output, Farm farm, TrafficGenerator traffic, CheckResult result, bool showsTimeline)
    {
        output.WriteLine();
        output.WriteLine("instance  starts  requests  failed  cut off  stalled   p50 ms   p99 ms   max ms  memory MB");
        foreach (var instance in farm.Instances)
        {
            var figures = instance.Figures;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{instance.Name,8}{instance.Starts,8}{Row(figures)}{instance.Process?.Resources?.MemoryMb,11:0.0}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"all",8}{"",8}{Row(traffic.Figures)}"));
        output.WriteLine();
        output.WriteLine(
            $"Gateway: {result.Logins} logins (at most {result.LoginBound.Total}), {result.Refreshes} refreshes, "
            + $"{result.ReusedRefreshTokens} refresh tokens used again, {result.ExpiredTokensPresented} expired tokens presented.");
        output.WriteLine(
            $"Renewals: {result.Renewals.Renewals} of {result.Renewals.Generations} generations, at most "
            + $"{result.Renewals.MaxPerGeneration} of one; {result.Replayed} requests replayed.");
        output.WriteLine(
            $"Faults: {result.Chaos.Kill} kills, {result.Chaos.Pause} pauses, {result.Chaos.Cache} cache outages, "
            + $"{result.Chaos.Gateway} gateway faults, {result.Chaos.Lock} stuck locks, {result.Chaos.Silence} silences. Latencies count from the moment a request was due.");
        output.WriteLine($"Slowest: {string.Join(", ", traffic.Slowest.Select(slow => $"{slow.Milliseconds:0} ms at {slow.Instance} until {slow.At:HH:mm:ss.fff}"))}.");
        WriteFailures(output, traffic);
        if (showsTimeline || result.Reasons.Count > 0)
        {
            WriteTimeline(output, farm);
        }

        output.WriteLine();
        foreach (var warning in result.Warnings)
        {
            output.WriteLine($"Warning: {warning}");
        }

        output.WriteLine(result.Headline);
    }

    private static string Row(RequestFigures figures)
    {
        var latency = figures.Latency;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Total,10}{figures.Count(RequestOutcome.Failed),8}{figures.Count(RequestOutcome.CutOff),9}"
            + $"{figures.Count(RequestOutcome.Stalled),9}{latency.P50,9:0.0}{latency.P99,9:0.0}{latency.Max,9:0.0}");
    }

    private static void WriteFailures(TextWriter output, TrafficGenerator traffic)
    {
        foreach (var failure in traffic.Failures.Take(MostFailuresShown))
        {
            output.WriteLine();
            output.WriteLine(
                $"{failure.At:HH:mm:ss.fff} instance {failure.Instance}, after {failure.Milliseconds:0} ms: {failure.Reason}");
            foreach (var line in failure.Log)
            {
                output.WriteLine($"    {line}");
            }
        }
    }

    private static void WriteTimeline(TextWriter output, Farm farm)
    {
        output.WriteLine();
        output.WriteLine("The timeline of the farm:");
        foreach (var farmEvent in farm.Timeline.Since(DateTimeOffset.MinValue).OrderBy(farmEvent => farmEvent.At))
        {
            output.WriteLine($"    {farmEvent.At:HH:mm:ss.fff} {farmEvent.Lane,8} {farmEvent.Kind,-12} {farmEvent.Text}");
        }
    }
}
