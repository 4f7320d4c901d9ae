using System.Diagnostics.Metrics;

namespace SxtAspNet.Diagnostics;

/// <summary>What is counted and measured of one scheme for callers.</summary>
internal sealed class InboundMetrics(SxtInstruments instruments, string scheme)
{
    private readonly KeyValuePair<string, object?> _scheme = new(Words.Scheme, scheme);
    private readonly StripedCount _acceptedFromCache = new();
    private readonly StripedCount _refusedFromCache = new();

    private readonly Tally _validations = new Tally(Words.Outcome, Words.Source)
        .Expect(Words.Accepted, Words.Gateway).Expect(Words.Refused, Words.Gateway).Expect(Words.Unavailable, Words.Gateway)
        .Expect(Words.Refused, Words.Token);

    private readonly Tally _limited = new Tally(Words.Cause).Expect(Words.Address).Expect(Words.App).Expect(Words.Gateway);

    public string Scheme => scheme;

    /// <summary>The token was known already: the usual case, which costs no listener's time.</summary>
    public void KnownFromCache(bool isAccepted) => (isAccepted ? _acceptedFromCache : _refusedFromCache).Increment();

    /// <summary>The token itself says that it can't be valid.</summary>
    public void RefusedByItself() => _validations.Count(Words.Refused, Words.Token);

    /// <summary>The gateway was asked.</summary>
    public void Asked(string outcome, TimeSpan duration)
    {
        _validations.Count(outcome, Words.Gateway);
        if (instruments.ValidationDuration.Enabled)
        {
            SxtInstruments.Record(instruments.ValidationDuration, duration, new() { _scheme, new(Words.Outcome, outcome) });
        }
    }

    /// <summary>The gateway was not asked, since there were too many questions.</summary>
    public void Limit(string cause) => _limited.Count(cause);

    public IEnumerable<Measurement<long>> Validations() =>
    [
        .. _validations.Read(_scheme),
        FromCache(_acceptedFromCache, Words.Accepted),
        FromCache(_refusedFromCache, Words.Refused),
    ];

    public IEnumerable<Measurement<long>> Limited() => _limited.Read(_scheme);

    private Measurement<long> FromCache(StripedCount count, string outcome) =>
        new(count.Value, _scheme, new(Words.Outcome, outcome), new(Words.Source, Words.Cache));
}
