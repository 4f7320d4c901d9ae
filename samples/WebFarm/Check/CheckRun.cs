using WebFarm.Traffic;

namespace WebFarm.Check;

/// <summary>Starts a farm, measures its cold starts, sends traffic while faults happen, and comes to a verdict.</summary>
public sealed class CheckRun(CommandLine options, TextWriter output)
{
    private static readonly TimeSpan AgreementLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AgreementInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly RenewalLedger _ledger = new();

    /// <summary>Runs the check. Whatever happens, no process is left.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before the end.</exception>
    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        output.WriteLine($"Starting the gateway emulator, the cache and {options.Farm.Instances} processes of samples/WebApi …");
        await using var farm = await Farm.StartAsync(options.Farm, cancellationToken);
        farm.Timeline.Added += _ledger.Note;
        output.WriteLine($"Farm of {options.Farm.Instances}: gateway {farm.Gateway.Emulator.BaseAddress}, cache {farm.Cache.Address}.");
        List<ColdStartResult> coldStarts = [], warmStarts = [];
        await MeasureStartsAsync(farm, coldStarts, warmStarts, cancellationToken);
        if (coldStarts.Count == 0)
        {
            await farm.StartInstancesAsync("Background", cancellationToken);
        }

        // Traffic is for a farm that is warm; what a start costs is the cold starts' to say.
        await AgreeAsync(farm, cancellationToken);

        var traffic = new TrafficGenerator(farm, options.Farm.Rate);
        var chaos = new Chaos(farm, options.Chaos, options.Farm.AccessTokenLifetime, options.Duration, options.Seed);
        var recovery = new RecoveryWatch(farm.Timeline, traffic);
        Announce(chaos);
        using var monitor = new ResourceMonitor(farm, Min(TimeSpan.FromSeconds(60), options.Duration / 4));
        _ledger.Restart();
        farm.Timeline.Added += AnnounceFault;
        var startedAt = TimeProvider.System.GetTimestamp();
        long? generation;
        using (var endOfTraffic = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var sending = traffic.RunAsync(endOfTraffic.Token);
            var monitoring = monitor.RunAsync(endOfTraffic.Token);
            var progress = ReportProgressAsync(traffic, farm, endOfTraffic.Token);
            var callers = Task.WhenAll(
                new Callers(farm, FarmGateway.UserId, options.Callers).RunAsync(endOfTraffic.Token),
                new Callers(farm, "stranger", options.Strangers).RunAsync(endOfTraffic.Token));
            var recorder = options.Metrics is null ? null : new MetricsRecorder(farm);
            var recording = recorder?.RunAsync(endOfTraffic.Token) ?? Task.CompletedTask;
            try
            {
                using var endOfChaos = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                endOfChaos.CancelAfter(options.Duration);
                await Task.WhenAll(chaos.RunAsync(endOfChaos.Token), UntilCancelledAsync(endOfChaos.Token));
                if (options.CacheOutage > TimeSpan.Zero)
                {
                    await farm.Cache.StopAsync();
                    await Task.Delay(options.CacheOutage, CancellationToken.None);
                    await farm.Cache.StartAsync(CancellationToken.None);
                }

                if (options.Outage > TimeSpan.Zero)
                {
                    await MakeOutageAsync(farm, traffic, recovery, cancellationToken);
                }

                generation = await AgreeAsync(farm, cancellationToken);
            }
            finally
            {
                await endOfTraffic.CancelAsync();
                await Task.WhenAll(sending, monitoring, progress, callers, recording);
                if (recorder is not null)
                {
                    await File.WriteAllTextAsync(options.Metrics!, recorder.Write(), CancellationToken.None);
                    output.WriteLine($"Recorded the metrics of {recorder.Samples} s in {options.Metrics}.");
                }
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        farm.Watch.Look();
        return Summarize(farm, traffic, chaos, recovery, monitor, coldStarts, warmStarts, generation, TimeProvider.System.GetElapsedTime(startedAt));
    }

    private async Task MeasureStartsAsync(
        Farm farm, List<ColdStartResult> cold, List<ColdStartResult> warm, CancellationToken cancellationToken)
    {
        for (var number = 1; number <= options.ColdStarts; number++)
        {
            cold.Add(await ColdStart.RunAsync(farm, cancellationToken));
            Report("Cold start", cold[^1]);
            await AgreeAsync(farm, cancellationToken);
            warm.Add(await ColdStart.RunWarmAsync(farm, cancellationToken));
            Report("Again, with warm processes", warm[^1]);

            void Report(string what, ColdStartResult result) => output.WriteLine(
                $"{what} {number}: {options.Farm.Instances} × {ColdStart.RequestsPerInstance} requests, {result.Challenges} challenge(s), "
                + $"{result.Logins} login(s) of {result.LoginMs} ms, slowest request {result.SlowestMs} ms: {result.Ratio} logins.");
        }
    }

    private void Announce(Chaos chaos)
    {
        output.WriteLine(
            $"{options.Duration.TotalSeconds} s of {options.Farm.Rate} requests/s and instance; faults: "
            + (chaos.Possible.Count == 0 ? "none." : $"{string.Join(", ", chaos.Possible).ToLowerInvariant()}, --seed {options.Seed}."));
    }

    /// <summary>Lets the gateway refuse for so long that the tokens end, and waits until requests are answered again.</summary>
    private async Task MakeOutageAsync(Farm farm, TrafficGenerator traffic, RecoveryWatch recovery, CancellationToken cancellationToken)
    {
        traffic.Outages.Begin();
        farm.BeginGatewayFault(GatewayFault.Unavailable);
        await Task.Delay(options.Outage, cancellationToken);
        farm.EndGatewayFault();
        await ((Task)recovery.Recovered.WaitAsync(RecoveryLimit, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        traffic.Outages.End();
    }

    private void AnnounceFault(FarmEvent farmEvent)
    {
        if (farmEvent.Kind is FarmEventKind.FaultBegins or FarmEventKind.FaultEnds)
        {
            output.WriteLine($"  {farmEvent.At:HH:mm:ss.fff} {farmEvent.Subject} {farmEvent.Text}");
        }
    }

    private static IEnumerable<string> FindWarnings(Farm farm, Chaos chaos)
    {
        foreach (var kind in chaos.Wanted.Where(kind => chaos.Count(kind) == 0))
        {
            var why = chaos.Possible.Contains(kind) ? "the run was too short"
                : farm.Cache.IsOwn ? "this system can't pause a process"
                : kind is ChaosKinds.Pause ? "this system can't pause a process" : "the cache is not the farm's own (--redis)";
            yield return $"There was no fault of the kind {kind.ToString().ToLowerInvariant()}: {why}.";
        }
    }

    private async Task ReportProgressAsync(TrafficGenerator traffic, Farm farm, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProgressInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                output.WriteLine(
                    $"  {traffic.Figures.Total} requests, {traffic.Figures.Count(RequestOutcome.Failed)} failed, "
                    + $"{farm.Watch.Logins} logins, {farm.Watch.Refreshes} refreshes");
            }
        }
        catch (OperationCanceledException)
        {
            // The traffic is over.
        }
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    /// <summary>Waits until all instances share one generation.</summary>
    private static async Task<long?> AgreeAsync(Farm farm, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(AgreementInterval);
        var startedAt = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(startedAt) < AgreementLimit)
        {
            var sessions = await Task.WhenAll(farm.Instances.Select(instance => instance.ReadSessionAsync(cancellationToken)));
            if (sessions.All(session => session is { Mode: "Owner" or "Shared" } && session.Generation == sessions[0]!.Generation))
            {
                return sessions[0]!.Generation;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return null;
    }

    private CheckResult Summarize(
        Farm farm,
        TrafficGenerator traffic,
        Chaos chaos,
        RecoveryWatch recovery,
        ResourceMonitor monitor,
        IReadOnlyList<ColdStartResult> coldStarts,
        IReadOnlyList<ColdStartResult> warmStarts,
        long? generation,
        TimeSpan elapsed)
    {
        var faults = new ChaosSummary(
            options.Seed,
            chaos.Count(ChaosKinds.Kill),
            chaos.Count(ChaosKinds.Pause),
            chaos.Count(ChaosKinds.Cache),
            chaos.Count(ChaosKinds.Gateway),
            chaos.Count(ChaosKinds.Lock),
            chaos.Count(ChaosKinds.Silence));
        var calls = farm.Gateway.Emulator.Calls;
        var renewals = _ledger.Summarize();
        var result = new CheckResult
        {
            Instances = options.Farm.Instances,
            Seconds = Math.Round(elapsed.TotalSeconds, 1),
            RatePerInstance = options.Farm.Rate,
            Gateway = options.Farm.IsGatewayLenient ? "lenient" : "strict",
            Credential = options.Farm.Credential switch { FarmCredential.ApiKey => "api-key", FarmCredential.Pkcs11 => "pkcs11", FarmCredential.Backup => "backup", _ => "key" },
            Requests = traffic.Figures.Total,
            Failed = traffic.Figures.Count(RequestOutcome.Failed),
            CutOff = traffic.Figures.Count(RequestOutcome.CutOff),
            Stalled = traffic.Figures.Count(RequestOutcome.Stalled),
            Replayed = farm.LogCount(InstanceEvents.Replayed),
            Logins = farm.Watch.Logins,
            LoginBound = new LoginBound(
                Start: 1,
                Renewals: options.Farm.Credential is FarmCredential.ApiKey ? (int)Math.Ceiling(elapsed / options.Farm.ShortestGeneration) : 0,
                SessionEnds: (int)(elapsed / options.Farm.ShortestSession),
                Faults: faults.Kill + faults.Pause + faults.Gateway + (options.Outage > TimeSpan.Zero ? 1 : 0),
                CacheOutages: (faults.Cache + faults.Silence) * options.Farm.Instances,
                StuckLocks: faults.Lock * options.Farm.Instances * (1 + (int)Math.Ceiling(chaos.LockHold / options.Farm.ShortestGeneration)),
                LostAnswers: farm.Watch.LostLogins),
            Refreshes = farm.Watch.Refreshes,
            ReusedRefreshTokens = calls.ReusedRefreshTokens,
            ExpiredTokensPresented = calls.ExpiredTokensPresented,
            LatencyMs = traffic.Figures.Latency,
            LongestDelayMs = traffic.Figures.Latency.Max,
            DelayedOver100Ms = traffic.Figures.Delayed,
            LoginsPerGeneration = Math.Round((double)Math.Max(0, farm.Watch.Logins - 1) / Math.Max(1, renewals.Generations), 2),
            RecoveryMs = recovery.LongestMs,
            Renewals = renewals,
            ColdStarts = coldStarts,
            ColdStartRatio = MedianRatio(coldStarts),
            WarmStarts = warmStarts,
            WarmStartRatio = MedianRatio(warmStarts),
            Chaos = faults,
            FinalGeneration = generation,
            UnexpectedEnds = farm.UnexpectedEnds,
            Resources = monitor.Summarize(),
            Warnings = [.. FindWarnings(farm, chaos)],
        };
        CheckReport.Write(output, farm, traffic, result, options.ShowsTimeline);
        return result;
    }

    private static double? MedianRatio(IReadOnlyList<ColdStartResult> starts) =>
        starts.Count == 0 ? null : starts.Select(start => start.Ratio).Order().ElementAt(starts.Count / 2);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
