using SxtAspNet;
using SxtAspNet.Testing;

namespace WebFarm.Check;

/// <summary>One start of the whole farm.</summary>
/// <param name="Challenges">Challenges that were asked for.</param>
/// <param name="Logins">Exchanges of a signed challenge or an API key.</param>
/// <param name="LoginMs">From the moment the instance that logged in had the lock until it had a session.</param>
/// <param name="SlowestMs">The slowest request, from the moment all were released.</param>
/// <param name="Failed">Requests that failed.</param>
public sealed record ColdStartResult(int Challenges, int Logins, double LoginMs, double SlowestMs, int Failed)
{
    public double Ratio => LoginMs > 0 ? Math.Round(SlowestMs / LoginMs, 2) : 0;
}

/// <summary>
/// Releases many requests at once on a farm that is up and has no session. The calls of a login take
/// long here, as they do over the internet: else the work of the processes themselves would be all there is to see.
/// </summary>
public static class ColdStart
{
    public const int RequestsPerInstance = 50;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LoginCallDuration = TimeSpan.FromMilliseconds(250);

    /// <summary>Starts the processes and releases the requests: most of what they run is compiled during these.</summary>
    public static async Task<ColdStartResult> RunAsync(Farm farm, CancellationToken cancellationToken)
    {
        await farm.StartInstancesAsync("OnDemand", cancellationToken);

        // Like the probe of a load balancer; it needs no token.
        await Task.WhenAll(farm.Instances.Select(instance => instance.Process!.Client.GetStringAsync("session", cancellationToken)));
        return await ReleaseAsync(farm, cancellationToken);
    }

    /// <summary>
    /// Once more with the same processes, after a logout: nobody has a session, but nothing is left to compile. The
    /// difference to <see cref="RunAsync"/> is the processes' own start, whatever they wait for.
    /// </summary>
    public static async Task<ColdStartResult> RunWarmAsync(Farm farm, CancellationToken cancellationToken)
    {
        await farm.LogoutAsync(cancellationToken);
        using var timer = new PeriodicTimer(PollInterval);
        while (!await IsLoggedOutAsync())
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return await ReleaseAsync(farm, cancellationToken);

        async Task<bool> IsLoggedOutAsync()
        {
            var sessions = await Task.WhenAll(farm.Instances.Select(instance => instance.ReadSessionAsync(cancellationToken)));
            return sessions.All(session => session is { State: nameof(SxtSessionState.LoggedOut) });
        }
    }

    private static async Task<ColdStartResult> ReleaseAsync(Farm farm, CancellationToken cancellationToken)
    {
        farm.Watch.Clear();
        var emulator = farm.Gateway.Emulator;
        emulator.InjectFault(SxtGatewayFault.Delay(LoginCallDuration, kind: SxtGatewayCallKind.Challenge));
        emulator.InjectFault(SxtGatewayFault.Delay(LoginCallDuration, kind: SxtGatewayCallKind.Token));
        emulator.InjectFault(SxtGatewayFault.Delay(LoginCallDuration, kind: SxtGatewayCallKind.ApiKeyExchange));
        var startedAt = DateTimeOffset.UtcNow;
        var released = TimeProvider.System.GetTimestamp();
        var requests = farm.Instances
            .SelectMany(instance => Enumerable.Range(0, RequestsPerInstance).Select(_ => SendAsync(instance)))
            .ToList();
        var results = await Task.WhenAll(requests);
        emulator.ClearFaults();
        return new ColdStartResult(
            farm.Watch.Count(SxtGatewayCallKind.Challenge),
            farm.Watch.LoginCalls,
            Math.Round(LoginDuration(farm.Timeline.Since(startedAt)), 1),
            Math.Round(results.Max(result => result.Milliseconds), 1),
            results.Count(result => !result.IsGood));

        async Task<(double Milliseconds, bool IsGood)> SendAsync(FarmInstance instance)
        {
            try
            {
                using var response = await instance.Process!.Client.GetAsync("blocks", cancellationToken);
                return (TimeProvider.System.GetElapsedTime(released).TotalMilliseconds, response.IsSuccessStatusCode);
            }
            catch (HttpRequestException)
            {
                return (TimeProvider.System.GetElapsedTime(released).TotalMilliseconds, false);
            }
        }
    }

    /// <summary>From the lock taken to the session ready, in the log of the instance that logged in.</summary>
    private static double LoginDuration(IReadOnlyList<FarmEvent> events)
    {
        var ready = events.FirstOrDefault(farmEvent => farmEvent.Kind is FarmEventKind.Renewed);
        var taken = events.LastOrDefault(farmEvent =>
            farmEvent.Kind is FarmEventKind.LockTaken && farmEvent.Lane == ready?.Lane && farmEvent.At <= ready.At);
        return taken is null ? 0 : (ready!.At - taken.At).TotalMilliseconds;
    }
}
