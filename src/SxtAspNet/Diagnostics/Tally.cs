using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace SxtAspNet.Diagnostics;

/// <summary>
/// Counts by up to three words, each the value of a tag. A series that is expected is there from zero on: one that is first
/// seen at 1 shows no increase, and no alert would see the first failure.
/// </summary>
internal sealed class Tally(params string[] tags)
{
    private readonly ConcurrentDictionary<(string?, string?, string?), Series> _series = [];

    /// <summary>Starts a series at zero.</summary>
    public Tally Expect(params string[] words)
    {
        Get((words.ElementAtOrDefault(0), words.ElementAtOrDefault(1), words.ElementAtOrDefault(2)));
        return this;
    }

    public void Count(string? first = null, string? second = null, string? third = null) =>
        Interlocked.Increment(ref Get((first, second, third)).Value);

    public IEnumerable<Measurement<long>> Read(KeyValuePair<string, object?> owner) =>
        _series.Select(series => new Measurement<long>(Volatile.Read(ref series.Value.Value), [owner, .. TagsOf(series.Key)]));

    private Series Get((string?, string?, string?) words) => _series.GetOrAdd(words, static _ => new Series());

    private IEnumerable<KeyValuePair<string, object?>> TagsOf((string?, string?, string?) words)
    {
        string?[] values = [words.Item1, words.Item2, words.Item3];
        return tags.Select((tag, index) => KeyValuePair.Create(tag, (object?)values[index]));
    }

    private sealed class Series
    {
        public long Value;
    }
}
