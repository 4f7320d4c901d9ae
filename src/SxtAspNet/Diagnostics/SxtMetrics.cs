using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SxtAspNet.Diagnostics;

/// <summary>What is counted and measured of one identity. No tag ever holds a secret, or what a user sent.</summary>
internal sealed class SxtMetrics : IDisposable
{
    private static readonly string[] Causes = ["schedule", "request", "command"];

    private readonly SxtInstruments _instruments;
    private readonly TimeProvider _timeProvider;
    private readonly KeyValuePair<string, object?> _identity;
    private volatile Func<SessionReading>? _read;
    private long _waiting;
    private long _deaths;
    private long _replays;
    private long _notReplayable;

    public SxtMetrics(SxtInstruments instruments, string identity, TimeProvider timeProvider)
    {
        (_instruments, _timeProvider) = (instruments, timeProvider);
        _identity = new(Words.Identity, Words.NameOf(identity));
        foreach (var cause in Causes)
        {
            Renewals
                .Expect(Words.NoCall, Words.Adopted, cause)
                .Expect(Words.NoCall, Words.Postponed, cause)
                .Expect(Words.Refresh, Words.Granted, cause)
                .Expect(Words.Refresh, Words.Failed, cause)
                .Expect(Words.Login, Words.Granted, cause)
                .Expect(Words.Login, Words.Failed, cause)
                .Expect(Words.Exchange, Words.Granted, cause);
        }

        instruments.Add(this);
    }

    public KeyValuePair<string, object?> Identity => _identity;

    public Tally Renewals { get; } = new(Words.Kind, Words.Outcome, Words.Cause);

    public Tally Adoptions { get; } = new Tally(Words.Source).Expect(Words.Notice).Expect(Words.Poll).Expect(Words.Renewal).Expect(Words.Inquiry);

    public Tally Unauthorized { get; } = new Tally(Words.Cause).Expect(Words.Api).Expect(Words.DeadToken).Expect(Words.Unknown);

    public Tally StoreOperations { get; } = new(Words.Operation, Words.Outcome);

    public Tally LockAcquisitions { get; } = new(Words.Outcome);

    public Tally KeyOpens { get; } = new(Words.Source, Words.Outcome);

    public long Waiting => Interlocked.Read(ref _waiting);

    public long Deaths => Interlocked.Read(ref _deaths);

    public long Replays => Interlocked.Read(ref _replays);

    public long NotReplayable => Interlocked.Read(ref _notReplayable);

    /// <summary>Has the session read at each scrape. It must call nobody.</summary>
    public void Observe(Func<SessionReading> read) => _read = read;

    public IEnumerable<Measurement<long>> States() => _read is not { } read ? [] : OneOf(Words.State, Enum.GetValues<SxtSessionState>(), read().State, Words.Of);

    public IEnumerable<Measurement<long>> Modes() =>
        _read?.Invoke().Mode is { } mode ? OneOf(Words.Mode, Enum.GetValues<SxtSessionMode>(), mode, Words.Of) : [];

    public IEnumerable<Measurement<double>> Gauge(Func<SessionReading, double?> value) =>
        _read is { } read && value(read()) is { } known ? [new Measurement<double>(known, _identity)] : [];

    public long GetTimestamp() => _timeProvider.GetTimestamp();

    /// <summary>The gateway was asked for a session.</summary>
    public void Asked(string kind, string cause, long startedAt, SxtFailureReason? failure)
    {
        Renewals.Count(kind, failure is null ? Words.Granted : Words.Failed, cause);
        Measure(_instruments.RenewalDuration, startedAt, failure?.ToString(), new(Words.Kind, kind));
    }

    public void Died() => Interlocked.Increment(ref _deaths);

    /// <summary>The present request is sent again.</summary>
    public void Replayed()
    {
        Interlocked.Increment(ref _replays);
        SxtTraces.RequestReplayed();
    }

    /// <summary>The present request would be sent again but for its content.</summary>
    public void CouldNotReplay()
    {
        Interlocked.Increment(ref _notReplayable);
        SxtTraces.RequestNotReplayable();
    }

    /// <summary>The present request was answered 401.</summary>
    public void AnsweredUnauthorized(string cause)
    {
        Unauthorized.Count(cause);
        SxtTraces.RequestUnauthorized(cause);
    }

    /// <summary>A request starts to wait for a token.</summary>
    public void StartWaiting() => Interlocked.Increment(ref _waiting);

    /// <summary>It has one, or gets none.</summary>
    public void StopWaiting(long startedAt, string? error)
    {
        Interlocked.Decrement(ref _waiting);
        Measure(_instruments.WaitDuration, startedAt, error);
        SxtTraces.RequestWaited(_timeProvider.GetElapsedTime(startedAt), error);
    }

    /// <summary>A call to the store, the lock or the notices has ended.</summary>
    public void StoreCalled(string operation, string outcome, long startedAt)
    {
        StoreOperations.Count(operation, outcome);
        if (_instruments.StoreDuration.Enabled)
        {
            SxtInstruments.Record(
                _instruments.StoreDuration,
                _timeProvider.GetElapsedTime(startedAt),
                new() { _identity, new(Words.Operation, operation), new(Words.Outcome, outcome) });
        }
    }

    /// <summary>Sessions are shared: what may become of calls to the store is counted from zero on.</summary>
    public void ExpectSharing(IEnumerable<string> operations)
    {
        foreach (var operation in operations)
        {
            StoreOperations.Expect(operation, Words.Ok).Expect(operation, Words.Conflict).Expect(operation, Words.Timeout).Expect(operation, Words.Failed);
        }

        LockAcquisitions.Expect(Words.Taken).Expect(Words.Busy).Expect(Words.Failed).Expect(Words.GivenUp);
    }

    /// <summary>There is a key, or a seal: what may become of its openings is counted from zero on.</summary>
    public void ExpectKey(string source) => KeyOpens.Expect(source, Words.Opened).Expect(source, Words.Failed).Expect(source, Words.Timeout);

    /// <summary>A key or a seal was opened, or was not.</summary>
    public void KeyOpened(string source, string outcome)
    {
        // The settings may have gained a key since.
        ExpectKey(source);
        KeyOpens.Count(source, outcome);
    }

    public void Dispose()
    {
        _read = null;
        _instruments.Remove(this);
    }

    private void Measure(Histogram<double> histogram, long startedAt, string? error, KeyValuePair<string, object?>? tag = null)
    {
        if (!histogram.Enabled)
        {
            return;
        }

        var tags = new TagList { _identity };
        if (tag is { } known)
        {
            tags.Add(known);
        }

        if (error is not null)
        {
            tags.Add(Words.ErrorType, error);
        }

        SxtInstruments.Record(histogram, _timeProvider.GetElapsedTime(startedAt), tags);
    }

    private IEnumerable<Measurement<long>> OneOf<T>(string tag, T[] all, T present, Func<T, string> word)
        where T : struct, Enum =>
        all.Select(one => new Measurement<long>(one.Equals(present) ? 1 : 0, _identity, new(tag, word(one))));
}
