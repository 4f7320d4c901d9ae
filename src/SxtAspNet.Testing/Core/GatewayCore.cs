namespace SxtAspNet.Testing.Core;

/// <summary>
/// The gateway itself, without a wire: what a call does, when, and what goes wrong with it. One lock guards all state;
/// delays and the test's callbacks happen outside it.
/// </summary>
internal sealed class GatewayCore : IDisposable
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _timeProvider;
    private readonly TokenMint _mint = new();
    private readonly Challenges _challenges = new();
    private readonly SessionBook _sessions;
    private readonly GatewayEndpoints _endpoints;
    private readonly List<SxtGatewayFault> _faults = [];
    private DateTimeOffset _lastForgotten;

    public GatewayCore(SxtGatewayEmulatorOptions options, TimeProvider timeProvider)
    {
        Options = options;
        _timeProvider = timeProvider;
        Calls = new SxtGatewayCalls(_lock);
        _sessions = new SessionBook(_mint, Keyrings, options);
        _endpoints = new GatewayEndpoints(options, Keyrings, _challenges, _sessions);
    }

    public SxtGatewayEmulatorOptions Options { get; }

    public SxtGatewayCalls Calls { get; }

    public Keyrings Keyrings { get; } = new();

    public TokenMint Mint => _mint;

    /// <summary>How much is remembered: challenges, sessions and tokens.</summary>
    public (int Challenges, int Sessions, int Tokens) Size
    {
        get
        {
            lock (_lock)
            {
                return (_challenges.Count, _sessions.SessionCount, _sessions.TokenCount);
            }
        }
    }

    /// <summary>
    /// The gateway's clock. Cut to milliseconds, which is what it sends, so that an instant sent and the instant
    /// checked are the same.
    /// </summary>
    private DateTimeOffset Now()
    {
        DateTimeOffset now = _timeProvider.GetUtcNow() + Options.ClockOffset;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }

    /// <summary>Accepts a connection; one that is to be silent waits here until the caller goes.</summary>
    /// <returns><see langword="false"/>: the gateway stopped meanwhile.</returns>
    public ValueTask<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_faults.Exists(fault => fault.TryHitConnection()))
            {
                return new(true);
            }
        }

        return DelayAsync(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    /// <returns>The answer; <see langword="null"/>: drop the connection.</returns>
    public async ValueTask<GatewayReply?> ProcessAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        (SxtGatewayCallKind kind, string? allow) = GatewayRoutes.Find(request.Method, request.Path, Options.Api is not null);
        var call = new GatewayCall(request, kind, allow);
        SxtGatewayCalls.Entry entry = Arrive(call, out SxtGatewayFault? fault);

        GatewayReply? reply = null;
        try
        {
            TimeSpan before = Total(Options.Latency, fault?.DelayBefore ?? TimeSpan.Zero);
            ValueTask<bool> delay = DelayAsync(before, cancellationToken);
            Calls.Announce(kind);
            if (!await delay.ConfigureAwait(false) || fault is { DropsBefore: true })
            {
                return null;
            }

            if (fault is { ResetsBefore: true })
            {
                return GatewayReply.ConnectionReset();
            }

            GatewayReply? done = fault is null ? Work(call, entry) : fault.Reply(() => Work(call, entry));
            TimeSpan after = fault?.DelayAfter ?? TimeSpan.Zero;
            if (!await DelayAsync(after, cancellationToken).ConfigureAwait(false) || fault is { DropsAfter: true })
            {
                return null;
            }

            reply = done is null ? null : done with { Date = Options.SendDate ? Now() : null };
            return reply;
        }
        finally
        {
            Calls.Complete(entry, reply?.SentStatus, _timeProvider.GetUtcNow());
        }
    }

    public void AddUser(string userId, ReadOnlySpan<ReadOnlyMemory<byte>> publicKeys)
    {
        foreach (ReadOnlyMemory<byte> key in publicKeys)
        {
            if (key.Length != SxtSigningKey.PublicKeySize)
            {
                throw new ArgumentException(
                    $"A public key of {userId} has {key.Length} bytes instead of {SxtSigningKey.PublicKeySize}.",
                    nameof(publicKeys));
            }
        }

        lock (_lock)
        {
            Keyrings.AddUser(userId);
            foreach (ReadOnlyMemory<byte> key in publicKeys)
            {
                Keyrings.AddKey(userId, Convert.ToBase64String(key.Span));
            }
        }
    }

    public void RemoveKey(string userId, ReadOnlySpan<byte> publicKey)
    {
        lock (_lock)
        {
            Keyrings.RemoveKey(userId, Convert.ToBase64String(publicKey));
        }
    }

    public void RevokeSessions(string userId)
    {
        lock (_lock)
        {
            _sessions.EndAll(userId);
        }
    }

    public string IssueAccessToken(string userId)
    {
        DateTimeOffset now = Now();
        lock (_lock)
        {
            ForgetNowAndThen(now);
            Keyrings.AddUser(userId);
            return _sessions.Start(userId, now).AccessToken;
        }
    }

    public void InjectFault(SxtGatewayFault fault)
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }
    }

    public void RemoveFault(SxtGatewayFault fault)
    {
        lock (_lock)
        {
            _faults.Remove(fault);
        }
    }

    public void ClearFaults()
    {
        lock (_lock)
        {
            _faults.Clear();
        }
    }

    /// <summary>Ends the calls that wait. From here on every call loses its connection.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        // The source stays undisposed: without a timer it holds nothing, and a late call may still ask its token.
        lock (_lock)
        {
            _stopping.Cancel();
            _mint.Dispose();
        }
    }

    private SxtGatewayCalls.Entry Arrive(GatewayCall call, out SxtGatewayFault? fault)
    {
        DateTimeOffset at = _timeProvider.GetUtcNow();
        DateTimeOffset now = Now();
        lock (_lock)
        {
            ForgetNowAndThen(now);
            IssuedToken? token = call.NeedsToken ? _sessions.Find(call.Token) : null;
            if (token?.IsOver(now) ?? (call is { NeedsToken: true, Token: { } unknown } && IsOwnAndOver(unknown, now)))
            {
                Calls.CountExpiredToken();
            }

            if (call.Kind == SxtGatewayCallKind.Refresh && token is { IsRefresh: true })
            {
                if (token.Presented)
                {
                    Calls.CountReusedRefreshToken();
                }

                token.Presented = true;
            }

            _faults.RemoveAll(used => used.Remaining == 0);
            fault = _faults.Find(candidate => candidate.TryHit(call.Kind));
            return Calls.Arrive(new()
            {
                Kind = call.Kind,
                At = at,
                Method = call.Request.Method,
                Path = call.Request.Path,
                UserId = token?.Session.UserId ?? call.NamedUserId ?? Keyrings.UserOf(call.Request.ApiKey),
                SessionId = token?.Session.Id,
            });
        }
    }

    // Also of a token whose session has been forgotten.
    private bool IsOwnAndOver(string token, DateTimeOffset now) =>
        !_stopping.IsCancellationRequested && _mint.IsOwnAndOver(token, now);

    /// <returns>The answer; <see langword="null"/>: the gateway has stopped.</returns>
    private GatewayReply? Work(GatewayCall call, SxtGatewayCalls.Entry entry)
    {
        DateTimeOffset now = Now();
        GatewayReply? reply;
        Func<GatewayReply>? callback;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
            {
                return null;
            }

            reply = _endpoints.Answer(call, entry, now, out callback);
        }

        return reply ?? callback!();
    }

    /// <summary>Waits, on the clock of the tests.</summary>
    /// <returns><see langword="false"/>: the gateway stopped meanwhile.</returns>
    public async ValueTask<bool> DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay == TimeSpan.Zero || _stopping.IsCancellationRequested)
        {
            return !_stopping.IsCancellationRequested;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            // Not Task.Delay, which goes on on another thread when it is cancelled: a deterministic test has one thread.
            await new TaskCompletionSource().Task.WaitAsync(delay, _timeProvider, either.Token).ConfigureAwait(false);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    private void ForgetNowAndThen(DateTimeOffset now)
    {
        // Either way: the clock may also be set back.
        if ((now - _lastForgotten).Duration() >= ForgetEvery)
        {
            _lastForgotten = now;
            _challenges.Forget(now);
            _sessions.Forget(now);
        }
    }

    private static TimeSpan Total(TimeSpan latency, TimeSpan delay) =>
        delay == Timeout.InfiniteTimeSpan ? delay : latency + delay;
}
