using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SxtAspNet.Diagnostics;

/// <summary>
/// The instruments of an app, one set for all its identities and schemes. They belong to the app's meter factory and end with
/// it, so that two apps in one process don't get into each other's way. What can be counted without a listener is, and is read when a
/// listener asks: a scrape reads numbers and calls nobody.
/// </summary>
internal sealed class SxtInstruments
{
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };
    private static readonly InstrumentAdvice<double> ShortTimes = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] };

    private readonly Lock _gate = new();
    private volatile SxtMetrics[] _identities = [];
    private volatile InboundMetrics[] _schemes = [];

    public SxtInstruments(IMeterFactory meterFactory)
    {
        var meter = meterFactory.Create(SxtDiagnostics.MeterName);
        meter.CreateObservableUpDownCounter("sxt.session.state", OfIdentities(static one => one.States()), "{instance}", "1 for the state that the session is in, 0 for the others.");
        meter.CreateObservableUpDownCounter("sxt.session.mode", OfIdentities(static one => one.Modes()), "{instance}", "1 for whose session the instance uses, 0 for the others. Only where sessions are shared.");
        meter.CreateObservableGauge("sxt.session.time_to_unusable", OfIdentities(static one => one.Gauge(reading => reading.TimeToUnusable)), "s", "Time until requests fail, if nothing is renewed; 0 when they do.");
        meter.CreateObservableGauge("sxt.session.time_to_end", OfIdentities(static one => one.Gauge(reading => reading.TimeToEnd)), "s", "Time until the session's end, however often it is refreshed.");
        meter.CreateObservableGauge("sxt.session.generation.age", OfIdentities(static one => one.Gauge(reading => reading.Age)), "s", "Time since the present token was granted.");
        meter.CreateObservableGauge("sxt.session.key", OfIdentities(static one => one.Gauge(reading => reading.Key)), "{position}", "Position in Keys of the key that the session was logged in with, from 0. Reported by the instance that did.");
        meter.CreateObservableGauge("sxt.gateway.clock_offset", OfIdentities(static one => one.Gauge(reading => reading.ClockOffset)), "s", "How far the gateway's clock is ahead of this machine's.");
        meter.CreateObservableCounter("sxt.session.renewals", OfIdentities(static one => one.Renewals), "{renewal}", "Renewals, by what the gateway was asked for, what they ended in, and why they took place.");
        meter.CreateObservableCounter("sxt.session.adoptions", OfIdentities(static one => one.Adoptions), "{session}", "Sessions that were taken over from the store, by how they were found.");
        meter.CreateObservableCounter("sxt.session.deaths", OfIdentities(static one => one.Deaths), "{session}", "Sessions that the gateway ended before their time.");
        meter.CreateObservableUpDownCounter("sxt.requests.waiting", OfIdentities(static one => one.Waiting), "{request}", "Requests that wait for a token at the moment.");
        meter.CreateObservableCounter("sxt.requests.replays", OfIdentities(static one => one.Replays), "{request}", "Requests that were sent again after a 401, because their token had been replaced.");
        meter.CreateObservableCounter("sxt.requests.not_replayable", OfIdentities(static one => one.NotReplayable), "{request}", "Requests that would have been sent again but for their content.");
        meter.CreateObservableCounter("sxt.requests.unauthorized", OfIdentities(static one => one.Unauthorized), "{request}", "Requests that were answered 401, by whether that was the API's own, a dead token's, or could not be found out.");
        meter.CreateObservableCounter("sxt.store.operations", OfIdentities(static one => one.StoreOperations), "{operation}", "Calls to the session store, its lock and its notices.");
        meter.CreateObservableCounter("sxt.lock.acquisitions", OfIdentities(static one => one.LockAcquisitions), "{attempt}", "Attempts to take the renewal lock; given up: renewed without it.");
        meter.CreateObservableCounter("sxt.key.opens", OfIdentities(static one => one.KeyOpens), "{key}", "Openings of keys and seals, by their place in the settings.");
        meter.CreateObservableCounter("sxt.inbound.validations", OfSchemes(static one => one.Validations()), "{validation}", "Validations of callers' tokens, by outcome and by who knew.");
        meter.CreateObservableCounter("sxt.inbound.limited", OfSchemes(static one => one.Limited()), "{request}", "Requests whose token was not validated, because there were too many.");
        RenewalDuration = meter.CreateHistogram("sxt.session.renewal.duration", "s", "Duration of logins and refreshes at the gateway.", advice: Seconds);
        WaitDuration = meter.CreateHistogram("sxt.requests.wait.duration", "s", "How long requests waited for a token, and why they got none.", advice: Seconds);
        StoreDuration = meter.CreateHistogram("sxt.store.operation.duration", "s", "Duration of calls to the session store, its lock and its notices.", advice: ShortTimes);
        ValidationDuration = meter.CreateHistogram("sxt.inbound.validation.duration", "s", "Duration of the gateway's answers about callers' tokens.", advice: Seconds);
    }

    public Histogram<double> RenewalDuration { get; }

    public Histogram<double> WaitDuration { get; }

    public Histogram<double> StoreDuration { get; }

    public Histogram<double> ValidationDuration { get; }

    /// <summary>Records a duration. A listener that throws must cost no session and no request.</summary>
    public static void Record(Histogram<double> histogram, TimeSpan duration, in TagList tags)
    {
        try
        {
            histogram.Record(duration.TotalSeconds, tags);
        }
        catch (Exception)
        {
            // The collector's trouble, of which it must tell.
        }
    }

    public void Add(SxtMetrics identity)
    {
        lock (_gate)
        {
            _identities = [.. _identities, identity];
        }
    }

    public void Remove(SxtMetrics identity)
    {
        lock (_gate)
        {
            _identities = [.. _identities.Where(one => one != identity)];
        }
    }

    /// <summary>The numbers of a scheme, which outlive its validators: those go when options are replaced.</summary>
    public InboundMetrics ForScheme(string scheme)
    {
        lock (_gate)
        {
            var metrics = _schemes.FirstOrDefault(one => one.Scheme == scheme);
            if (metrics is null)
            {
                _schemes = [.. _schemes, metrics = new InboundMetrics(this, scheme)];
            }

            return metrics;
        }
    }

    private Func<IEnumerable<Measurement<T>>> OfIdentities<T>(Func<SxtMetrics, IEnumerable<Measurement<T>>> read)
        where T : struct => () => _identities.SelectMany(read);

    private Func<IEnumerable<Measurement<long>>> OfIdentities(Func<SxtMetrics, Tally> tally) =>
        OfIdentities(one => tally(one).Read(one.Identity));

    private Func<IEnumerable<Measurement<long>>> OfIdentities(Func<SxtMetrics, long> count) =>
        OfIdentities<long>(one => [new Measurement<long>(count(one), one.Identity)]);

    private Func<IEnumerable<Measurement<long>>> OfSchemes(Func<InboundMetrics, IEnumerable<Measurement<long>>> read) =>
        () => _schemes.SelectMany(read);
}
