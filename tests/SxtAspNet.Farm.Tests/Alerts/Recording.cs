using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SxtAspNet.Farm.Tests.Alerts;

/// <summary>
/// The metrics of a farm with a fault, as "--check --metrics FILE" wrote them. A farm's tokens live 20 seconds, real ones 25
/// minutes: a recorded second stands for 75.
/// </summary>
internal sealed partial class Recording(string name, string text)
{
    /// <summary>How many seconds a recorded one stands for.</summary>
    private const int Scale = 25 * 60 / 20;

    /// <summary>Gauges of the session's own times; what else is in seconds was not compressed.</summary>
    private static readonly string[] CompressedTimes =
        ["sxt_session_time_to_unusable_seconds", "sxt_session_time_to_end_seconds", "sxt_session_generation_age_seconds"];

    public static Recording Read(string name) => new(name, File.ReadAllText(Path.Combine(AlertTests.Folder, "Recordings", name + ".txt")));

    /// <summary>A test for "promtool test rules": after the recording, exactly these alerts have fired.</summary>
    /// <param name="rules">The file of the alerts.</param>
    /// <param name="alerts">The alerts' names.</param>
    public string ToTest(string rules, IEnumerable<string> alerts)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var yaml = new StringBuilder($"""
            rule_files:
              - {rules}
            evaluation_interval: 1m
            tests:
              - name: {name}
                interval: {Scale}s
                input_series:

            """);
        foreach (var line in lines)
        {
            var (series, values) = Split(line);
            yaml.Append(CultureInfo.InvariantCulture, $"      - series: '{series}'\n        values: '{values}'\n");
        }

        var minutes = lines.Max(line => Samples(Split(line).Values)) * Scale / 60;
        yaml.Append(CultureInfo.InvariantCulture, $$"""
                promql_expr_test:
                  - expr: max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[{{minutes + 1}}m]))
                    eval_time: {{minutes}}m
                    exp_samples: [{{string.Join(", ", alerts.Select(alert => $$"""{labels: '{alertname="{{alert}}"}', value: 1}"""))}}]

            """);
        return yaml.ToString();
    }

    private static (string Series, string Values) Split(string line)
    {
        var end = line.IndexOf("} ", StringComparison.Ordinal) + 1;
        var (series, values) = (line[..end], line[(end + 1)..]);
        return (series, CompressedTimes.Any(time => series.StartsWith(time, StringComparison.Ordinal))
            ? Number().Replace(values, number => (double.Parse(number.Value, CultureInfo.InvariantCulture) * Scale).ToString(CultureInfo.InvariantCulture))
            : values);
    }

    /// <summary>How many samples there are: "5x3" is a 5 and three more, "_x3" are three.</summary>
    private static int Samples(string values) => values.Split(' ').Sum(value =>
        value.Split('x') is [var first, var more] ? int.Parse(more, CultureInfo.InvariantCulture) + (first == "_" ? 0 : 1) : 1);

    [GeneratedRegex(@"(?<=^|\s)[0-9.]+")]
    private static partial Regex Number();
}
