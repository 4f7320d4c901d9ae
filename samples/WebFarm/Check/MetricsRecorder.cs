using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WebFarm.Check;

/// <summary>
/// Records what a Prometheus server would have seen: scrapes /metrics of each instance once a second. Written are series as
/// promtool notes them, <c>_</c> where there was none, and <c>5x3</c> for a 5 that stays for three more samples.
/// </summary>
public sealed partial class MetricsRecorder(Farm farm)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<string, List<string>> _series = new(StringComparer.Ordinal);

    public int Samples { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                var scraped = await Task.WhenAll(farm.Instances.Select(instance => ScrapeAsync(instance, cancellationToken)));
                foreach (var (name, value) in scraped.SelectMany(samples => samples))
                {
                    if (!_series.TryGetValue(name, out var values))
                    {
                        _series[name] = values = [];
                    }

                    values.AddRange(Enumerable.Repeat("_", Samples - values.Count));
                    values.Add(value);
                }

                Samples++;
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The traffic is over.
        }
    }

    public string Write()
    {
        var text = new StringBuilder();
        foreach (var (name, values) in _series)
        {
            values.AddRange(Enumerable.Repeat("_", Samples - values.Count));
            text.Append(name).Append(' ').AppendJoin(' ', Runs(values)).Append('\n');
        }

        return text.ToString();
    }

    private static async Task<IEnumerable<(string Name, string Value)>> ScrapeAsync(FarmInstance instance, CancellationToken cancellationToken)
    {
        if (instance.Process is not { State: Processes.ProcessState.Running } process)
        {
            return [];
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Interval);
            var page = await process.Client.GetStringAsync("metrics", limit.Token);

            // Neither the buckets of histograms nor the exporter's own labels are asked for by an alert.
            return [.. Sample().Matches(page)
                .Where(sample => !sample.Groups["name"].Value.EndsWith("_bucket", StringComparison.Ordinal))
                .Select(sample => (
                    Name: $"{sample.Groups["name"].Value}{{{string.Join(',', Labels(sample.Groups["labels"].Value, instance))}}}",
                    Value: Round(sample.Groups["value"].Value)))];
        }
        catch (Exception exception) when (
            exception is HttpRequestException or ObjectDisposedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Killed or paused: a scrape that failed.
            return [];
        }
    }

    private static IEnumerable<string> Labels(string labels, FarmInstance instance) => Label().Matches(labels)
        .Select(label => label.Value)
        .Where(label => !label.StartsWith("otel_", StringComparison.Ordinal))
        .Append($"instance=\"{instance.Name}\"")
        .Append("job=\"webapi\"");

    private static string Round(string value) =>
        Math.Round(double.Parse(value, CultureInfo.InvariantCulture), 1).ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Runs(List<string> values)
    {
        for (var at = 0; at < values.Count;)
        {
            var end = at;
            while (end < values.Count && values[end] == values[at])
            {
                end++;
            }

            var more = end - at - 1;
            yield return more == 0 ? values[at] : values[at] == "_" ? $"_x{more + 1}" : $"{values[at]}x{more}";
            at = end;
        }
    }

    [GeneratedRegex(@"^(?<name>sxt_\w+)\{(?<labels>[^}]*)\} (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"\w+=""[^""]*""")]
    private static partial Regex Label();
}
