namespace SxtAspNet.Testing;

/// <summary>
/// What has reached the gateway. The counters are exact; the list keeps the newest 10,000 calls. Safe to use from any
/// thread while the gateway is running.
/// </summary>
public sealed class SxtGatewayCalls
{
    internal const int Capacity = 10_000;

    private static readonly int KindCount = Enum.GetValues<SxtGatewayCallKind>().Length;

    private readonly Lock _lock;
    private readonly Queue<Entry> _entries = new();
    private readonly List<Waiter> _waiters = [];
    private readonly int[] _arrived = new int[KindCount];
    private readonly int[] _announced = new int[KindCount];
    private int _reusedRefreshTokens;
    private int _expiredTokensPresented;

    internal SxtGatewayCalls(Lock @lock) => _lock = @lock;

    /// <summary>The newest calls (10,000 at most), in the order of their arrival: a snapshot.</summary>
    public IReadOnlyList<SxtGatewayCall> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Select(entry => new SxtGatewayCall(entry))];
            }
        }
    }

    /// <summary>
    /// How often a refresh token was presented again, answered or not: a token sent three times counts two. A client
    /// that never risks a refresh token (they are single-use) keeps this at 0, also when connections drop.
    /// </summary>
    public int ReusedRefreshTokens
    {
        get
        {
            lock (_lock)
            {
                return _reusedRefreshTokens;
            }
        }
    }

    /// <summary>
    /// How often an access or refresh token was presented that was over by the gateway's clock: past its own expiry or
    /// past its session's end. Tokens that were revoked before do not count.
    /// </summary>
    public int ExpiredTokensPresented
    {
        get
        {
            lock (_lock)
            {
                return _expiredTokensPresented;
            }
        }
    }

    /// <summary>
    /// Tells of each call once it has been answered or its connection dropped, on the thread of the call. A handler must be
    /// quick, and must not throw.
    /// </summary>
    public event Action<SxtGatewayCall>? Completed;

    /// <summary>How many calls of this kind have arrived, whatever became of them.</summary>
    /// <param name="kind">The kind of call.</param>
    /// <returns>The number of calls since the start, or since <see cref="Clear"/>.</returns>
    public int Count(SxtGatewayCallKind kind)
    {
        lock (_lock)
        {
            return _arrived[(int)kind];
        }
    }

    /// <summary>
    /// Waits until at least <paramref name="count"/> calls of this kind have arrived. By then a delay of theirs has
    /// begun on the emulator's <see cref="TimeProvider"/>, so a test may go on to advance its clock.
    /// </summary>
    /// <param name="kind">The kind of call.</param>
    /// <param name="count">How many calls to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when they have arrived.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    public Task WaitForAsync(SxtGatewayCallKind kind, int count, CancellationToken cancellationToken = default)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_announced[(int)kind] >= count)
            {
                return Task.CompletedTask;
            }

            waiter = new Waiter(kind, count, new TaskCompletionSource());
            _waiters.Add(waiter);
        }

        return waiter.Arrived.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Forgets the calls so far and sets all counters to 0. Sessions and tokens are not touched.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            Array.Clear(_arrived);
            Array.Clear(_announced);
            _reusedRefreshTokens = 0;
            _expiredTokensPresented = 0;
        }
    }

    // The core holds the lock in the members below that do not take it.
    internal Entry Arrive(Entry entry)
    {
        _arrived[(int)entry.Kind]++;
        _entries.Enqueue(entry);
        if (_entries.Count > Capacity)
        {
            _entries.Dequeue();
        }

        return entry;
    }

    internal void CountReusedRefreshToken() => _reusedRefreshTokens++;

    internal void CountExpiredToken() => _expiredTokensPresented++;

    internal void Announce(SxtGatewayCallKind kind)
    {
        List<Waiter>? due = null;
        lock (_lock)
        {
            int announced = ++_announced[(int)kind];
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Kind == kind && _waiters[i].Count <= announced)
                {
                    (due ??= []).Add(_waiters[i]);
                    _waiters.RemoveAt(i);
                }
            }
        }

        // Outside the lock: what waits goes on inline, here.
        due?.ForEach(waiter => waiter.Arrived.TrySetResult());
    }

    internal void Complete(Entry entry, int? status, DateTimeOffset at)
    {
        lock (_lock)
        {
            entry.Status = status;
            entry.CompletedAt = at;
        }

        Completed?.Invoke(new SxtGatewayCall(entry));
    }

    private sealed record Waiter(SxtGatewayCallKind Kind, int Count, TaskCompletionSource Arrived);

    internal sealed class Entry
    {
        public required SxtGatewayCallKind Kind { get; init; }

        public required DateTimeOffset At { get; init; }

        public required string Method { get; init; }

        public required string Path { get; init; }

        public string? UserId { get; set; }

        public string? SessionId { get; set; }

        public int? Status { get; set; }

        public DateTimeOffset? CompletedAt { get; set; }
    }
}
