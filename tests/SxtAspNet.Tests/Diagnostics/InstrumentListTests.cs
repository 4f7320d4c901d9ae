using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Farm;
using SxtAspNet.Tests.Inbound;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>The list of instruments in docs/operations.md, and what is built on it, against the instruments that there are.</summary>
public sealed partial class InstrumentListTests : IDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    private readonly ConcurrentDictionary<string, (string Kind, string Unit, ConcurrentDictionary<string, bool> Tags)> _found = [];
    private readonly MeterListener _listener = new();

    public InstrumentListTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SxtDiagnostics.MeterName)
            {
                _found.TryAdd(instrument.Name, (KindOf(instrument), instrument.Unit!, []));
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task The_docs_list_each_instrument_with_its_kind_unit_and_tags()
    {
        await UseAllAsync();

        var found = _found.Select(one => $"{one.Key}, {one.Value.Kind}, {one.Value.Unit}: {string.Join(", ", one.Value.Tags.Keys.Order())}");

        Assert.Equal(found.Order(), Listed().Select(one => $"{one.Name}, {one.Kind}, {one.Unit}: {string.Join(", ", one.Tags.Order())}").Order());
    }

    [Theory]
    [InlineData("ops/prometheus/alerts.yml")]
    [InlineData("ops/grafana/sxt.json")]
    public void Every_query_is_about_an_instrument_and_its_tags(string file)
    {
        var names = Listed().SelectMany(one => InPrometheus(one).Select(name => (name, Labels: one.Tags.Select(tag => tag.Replace('.', '_')).ToArray()))).ToDictionary();
        var labels = names.Values.SelectMany(one => one).ToHashSet();
        var text = string.Join('\n', Queries(file));

        var unknown = Name().Matches(text).Select(name => name.Value).Where(name => !names.ContainsKey(name) && !labels.Contains(name));
        var wrong = Selector().Matches(text).SelectMany(selector => Label().Matches(selector.Groups[2].Value)
            .Select(label => label.Groups[1].Value)
            .Where(label => label.StartsWith("sxt_", StringComparison.Ordinal) || label == "error_type")
            .Where(label => !names[selector.Groups[1].Value].Contains(label))
            .Select(label => $"{selector.Groups[1].Value} has no {label}"));

        Assert.True(Name().Count(text) > 5);
        Assert.Empty(unknown.Distinct());
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_dashboard_shows_every_instrument()
    {
        var text = string.Join('\n', Queries("ops/grafana/sxt.json"));

        Assert.Empty(Listed().Where(one => !InPrometheus(one).Any(name => Regex.IsMatch(text, $@"\b{name}\b"))).Select(one => one.Name));
    }

    /// <summary>Has each instrument measure something, with all of its tags.</summary>
    private async Task UseAllAsync()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, times: 1));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.Session.RenewAsync(TestContext.Current.CancellationToken));
        await using var silent = new TestApp();
        silent.Gateway.InjectFault(SxtGatewayFault.Status(429));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => silent.QueryAsync());
        await using var inbound = await InboundApp.StartAsync();
        using var answer = await inbound.GetAsync(inbound.Issue());
        _listener.RecordObservableInstruments();
    }

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            _found[instrument.Name].Tags.TryAdd(tag.Key, true);
        }
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableUpDownCounter" => "up-down counter",
        "ObservableCounter" => "counter",
        "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => other,
    };

    /// <summary>The names that OpenTelemetry's exporter gives an instrument.</summary>
    private static IEnumerable<string> InPrometheus(Listing one)
    {
        var name = one.Name.Replace('.', '_') + (one.Unit == "s" ? "_seconds" : "");
        return one.Kind switch
        {
            "counter" => [name + "_total"],
            "histogram" => [name + "_bucket", name + "_count", name + "_sum"],
            _ => [name],
        };
    }

    private static Listing[] Listed() => [.. Row().Matches(File.ReadAllText(Path.Combine(Root, "docs", "operations.md"))).Select(row => new Listing(
        row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, [.. Tag().Matches(row.Groups[4].Value).Select(tag => tag.Groups[1].Value)]))];

    private static IEnumerable<string> Queries(string file) =>
        File.ReadAllText(Path.Combine(Root, file)) is var text && file.EndsWith(".json", StringComparison.Ordinal)
            ? Expression().Matches(text).Select(match => match.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal))
            : [Annotations().Replace(text, "")];

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"^\| `(sxt\.[a-z._]+)` \| ([a-z -]+) \| `([^`]+)` \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`((?:sxt|error)\.[a-z.]+)`")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\bsxt_\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(sxt_\w+)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)\s*[=!]")]
    private static partial Regex Label();

    [GeneratedRegex(@"""(?:expr|query)"": ""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^ {8}annotations:\n(?: {10}.*\n)*", RegexOptions.Multiline)]
    private static partial Regex Annotations();

    private sealed record Listing(string Name, string Kind, string Unit, string[] Tags);
}
