using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>Reads the instruments of an app, as a listener does that scrapes it.</summary>
internal static class Scrape
{
    /// <summary>Collects what an instrument measures from now on.</summary>
    public static MetricCollector<T> Collect<T>(this IServiceProvider app, string instrument)
        where T : struct => new(app.GetRequiredService<IMeterFactory>(), SxtDiagnostics.MeterName, instrument);

    /// <summary>What an instrument shows now, of the series that have all of these tags; none: it has no such series.</summary>
    public static T[] Read<T>(this IServiceProvider app, string instrument, params (string Key, string Value)[] tags)
        where T : struct
    {
        using var collector = app.Collect<T>(instrument);
        collector.RecordObservableInstruments();
        Assert.NotNull(collector.Instrument);
        return [.. collector.GetMeasurementSnapshot()
            .Where(measured => tags.All(tag => measured.Tags.TryGetValue(tag.Key, out var value) && Equals(value, tag.Value)))
            .Select(measured => measured.Value)];
    }

    /// <summary>The sum of a counter's series that have all of these tags.</summary>
    public static long Count(this IServiceProvider app, string instrument, params (string Key, string Value)[] tags) =>
        app.Read<long>(instrument, tags).Sum();

    /// <summary>Of a set of series of which one is 1: the tag's value there.</summary>
    public static string? Word(this IServiceProvider app, string instrument, string tag)
    {
        using var collector = app.Collect<long>(instrument);
        collector.RecordObservableInstruments();
        return (string?)collector.GetMeasurementSnapshot().SingleOrDefault(measured => measured.Value == 1)?.Tags[tag];
    }

    public static void AssertTags(this IReadOnlyDictionary<string, object?> tags, params (string Key, object? Value)[] expected) =>
        Assert.Equal(expected.OrderBy(tag => tag.Key), tags.Select(tag => (tag.Key, tag.Value)).OrderBy(tag => tag.Key));

}
