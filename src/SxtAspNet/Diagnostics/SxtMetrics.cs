using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SxtAspNet.Diagnostics;

/// <summary>Metrics and traces, all under the name "SxtAspNet". No tag ever holds a secret.</summary>
internal sealed class SxtMetrics
{
    public const string Name = "SxtAspNet";

    private static readonly ActivitySource Activities = new(Name);

    private readonly KeyValuePair<string, object?> _identity;
    private readonly Histogram<double> _renewalDuration;
    private readonly Counter<long> _replays;
    private readonly TimeProvider _timeProvider;

    public SxtMetrics(IMeterFactory meterFactory, string identity, TimeProvider timeProvider)
    {
        _identity = new("sxt.identity", identity.Length == 0 ? "default" : identity);
        _timeProvider = timeProvider;
        var meter = meterFactory.Create(Name);
        _renewalDuration = meter.CreateHistogram(
            "sxt.session.renewal.duration",
            "s",
            "Duration of logins and refreshes.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        _replays = meter.CreateCounter<long>(
            "sxt.client.replays", "{request}", "Requests that were sent again after a 401 because their token had been replaced.");
    }

    /// <summary>Starts the trace of a login or refresh; it has no parent, since it belongs to no request.</summary>
    public static Activity? StartActivity(string kind) => Activities.StartActivity($"sxt {kind}", ActivityKind.Internal, default(ActivityContext));

    public long GetTimestamp() => _timeProvider.GetTimestamp();

    public void Renewed(string kind, long startedAt, SxtFailureReason? failure)
    {
        var tags = new TagList { _identity, { "sxt.renewal.kind", kind } };
        if (failure is not null)
        {
            tags.Add("error.type", failure.Value.ToString());
        }

        _renewalDuration.Record(_timeProvider.GetElapsedTime(startedAt).TotalSeconds, tags);
    }

    public void Replayed() => _replays.Add(1, _identity);
}
