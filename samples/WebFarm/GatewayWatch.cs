using SxtAspNet.Testing;

namespace WebFarm;

/// <summary>
/// Follows the gateway's own record of its calls: puts those of the protocol on the timeline once they are done, and
/// counts what they came to.
/// </summary>
public sealed class GatewayWatch(SxtGatewayCalls calls, Timeline timeline) : IAsyncDisposable
{
    // The record keeps 10,000 calls, API calls included: enough for some seconds of a farm's traffic.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(DateTimeOffset At, SxtGatewayCallKind Kind), SxtGatewayCall> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private DateTimeOffset _since = DateTimeOffset.UtcNow;
    private Task _watching = Task.CompletedTask;
    private int _logins;
    private int _lostLogins;

    /// <summary>Sessions that the gateway started for a login, whether or not its answer arrived.</summary>
    public int Logins => Volatile.Read(ref _logins);

    /// <summary>Those of them whose answer the caller did not get.</summary>
    public int LostLogins => Volatile.Read(ref _lostLogins);

    /// <summary>Calls that ask for a session: signed challenges and API keys that were presented.</summary>
    public int LoginCalls => calls.Count(SxtGatewayCallKind.Token) + calls.Count(SxtGatewayCallKind.ApiKeyExchange);

    public int Refreshes => calls.Count(SxtGatewayCallKind.Refresh);

    public int Count(SxtGatewayCallKind kind) => calls.Count(kind);

    public void Start() => _watching = WatchAsync();

    /// <summary>Looks at the record now, so that the counts are up to date.</summary>
    public void Look()
    {
        lock (_lock)
        {
            foreach (var call in calls.All)
            {
                if (IsOfProtocol(call.Kind) && call.At >= _since && call.CompletedAt is not null && _seen.TryAdd((call.At, call.Kind), call))
                {
                    Report(call);
                }
            }

            var old = DateTimeOffset.UtcNow - Memory;
            foreach (var key in _seen.Keys.Where(key => key.At < old).ToList())
            {
                _seen.Remove(key);
                _since = old;
            }
        }
    }

    /// <summary>Forgets what was, so that the counts start from here.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            calls.Clear();
            _seen.Clear();
            _since = DateTimeOffset.UtcNow;
            _logins = _lostLogins = 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private static bool IsOfProtocol(SxtGatewayCallKind kind) => kind is not (SxtGatewayCallKind.Sql or SxtGatewayCallKind.Unknown);

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            Look();
        }
    }

    private void Report(SxtGatewayCall call)
    {
        var isLogin = call is { Kind: SxtGatewayCallKind.Token or SxtGatewayCallKind.ApiKeyExchange, SessionId: not null };
        var isGood = call.Status is >= 200 and < 300;
        if (isLogin)
        {
            _logins++;
            _lostLogins += isGood ? 0 : 1;
        }

        var outcome = call.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer";
        FarmEventKind? kind = (call.Kind, isGood) switch
        {
            (_, false) => FarmEventKind.Refused,
            (SxtGatewayCallKind.Token or SxtGatewayCallKind.ApiKeyExchange, _) => FarmEventKind.Login,
            (SxtGatewayCallKind.Refresh, _) => FarmEventKind.Refresh,
            (SxtGatewayCallKind.Logout, _) => FarmEventKind.LoggedOut,
            _ => null,
        };
        if (kind is { } known)
        {
            timeline.Add(new FarmEvent(call.At, FarmEvent.GatewayLane, known, $"{call.Kind}: {outcome}"));
        }
    }
}
