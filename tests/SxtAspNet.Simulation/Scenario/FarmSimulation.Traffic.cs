using SxtAspNet.Simulation.World;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>Requests, and what is to be said of them.</summary>
internal sealed partial class FarmSimulation
{
    /// <summary>
    /// While there is no token, an instance asks every second or two: by then one has got an answer. A call that was under way when
    /// the fault ended takes its time limit first.
    /// </summary>
    private static readonly TimeSpan AfterGatewayFaults = TimeSpan.FromSeconds(25);

    /// <summary>From the first moment at which a session is renewed to its end, and what an attempt may take.</summary>
    private static readonly TimeSpan LongestRenewal = TimeSpan.FromMinutes(7);

    /// <summary>AcquireTimeout, and an inquiry with its own limits.</summary>
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(65);

    private TimeSpan _lastGatewayFault = TimeSpan.MinValue;
    private int _inFlight;
    private int _disturbancesInSilence = -1;

    private void PlanRequests(Instance instance)
    {
        _clock.After(TimeSpan.FromSeconds(_random.Next(1, 150)), () =>
        {
            if (instance.Process.IsAlive)
            {
                instance.Process.WhenRunning(() => _ = RequestAsync(instance));
                PlanRequests(instance);
            }
        });
    }

    /// <summary>Requests that wait for the first token together; some of them give up.</summary>
    private void PlanColdRequests(Instance instance)
    {
        for (var count = _random.Next(0, 5); count > 0; count--)
        {
            _clock.After(TimeSpan.FromMilliseconds(_random.Next(0, 50)), () => instance.Process.WhenRunning(() => _ = RequestAsync(instance, givesUp: 0.4)));
        }
    }

    private async Task RequestAsync(Instance instance, double givesUp = 0.05)
    {
        _requests++;
        _inFlight++;
        var startedAt = _clock.Now;
        if (instance.IsWarm && CouldRenew(instance) && instance.HasLapsed)
        {
            Violate($"Rule 11: {instance.Name} has no usable token ({instance.Status.State}), although nothing kept it from the gateway.");
        }

        var isReplayable = _random.NextDouble() < 0.8;
        var expectsSuccess = IsGatewayFine(instance);
        var endures = IsOnlySilent && instance.IsWarm && instance.Status.State is SxtSessionState.Active or SxtSessionState.Degraded;
        var expectsNoWait = expectsSuccess && IsCalm(instance) && instance.IsWarm;
        var expiredBefore = instance.ApiLink.ExpiredTokens;
        var sentBefore = instance.ApiLink.Sent;
        var isRedirected = _random.NextDouble() < 0.02;
        var isRefused = _random.NextDouble() < 0.1;
        var patience = new CancellationTokenSource();
        var isDone = false;
        if (_random.NextDouble() < givesUp)
        {
            _clock.After(TimeSpan.FromMilliseconds(_random.Next(1, 300)), () =>
            {
                if (!isDone)
                {
                    patience.Cancel();
                }
            });
        }

        var failure = await instance.SendAsync(isReplayable, isRedirected, isRefused, patience.Token);
        isDone = true;
        _inFlight--;
        patience.Dispose();
        if (!instance.Process.IsAlive)
        {
            // What was under way in a process that is gone ends with the simulation.
            return;
        }

        var took = _clock.Now - startedAt;
        var wasPaused = instance.Process.ResumedAt >= startedAt;
        if (failure is null)
        {
            instance.IsWarm = true;
        }
        else
        {
            _failed++;
            Trace($"{instance.Name}: request failed after {took.TotalSeconds:0.00} s: {failure}");
        }

        if (took > LongestRequest && !wasPaused)
        {
            Violate($"Rule 4: a request of {instance.Name} took {took}.");
        }

        if (isRefused)
        {
            instance.RefusedAt = _clock.Now;
        }

        if (isRedirected || isRefused || failure == "gave up" || wasPaused)
        {
            return;
        }

        // A gateway that refreshed, or ended the session, has killed the token under a request that can't be replayed;
        // or under one that has been, for another reason, a moment before.
        var isExcused = failure == "401"
            && (!isReplayable || (instance.ApiLink.Sent - sentBefore > 1 && _clock.Now - _lastRevocation < TimeSpan.FromMinutes(1)));

        // A verdict holds for 30 s, in which a revocation looks like the API's own reason; and for 1 s when a renewal is near.
        isExcused |= failure == "401" && instance.RefusedAt is { } refusedAt
            && _clock.Now - refusedAt < (refusedAt < _lastRevocation ? TimeSpan.FromSeconds(31) : TimeSpan.FromSeconds(1.5));

        // An instance that is cut from the gateway may be the one that tries first after a logout. The others hear of it, and
        // go on after a short back-off.
        isExcused |= failure == nameof(SxtFailureReason.GatewayUnreachable)
            && _clock.Now - _lastRevocation < TimeSpan.FromMinutes(1)
            && _instances.Any(other => other.Link.IsCut || other.Link.IsBlackHole);
        if (failure is not null && !isExcused && expectsSuccess && IsGatewayFine(instance))
        {
            Violate($"Rule 3: a request of {instance.Name} failed while the gateway answered: {failure}.");
        }

        if (failure is not null && isReplayable && endures && IsOnlySilent)
        {
            Violate($"Rule 3: a request of {instance.Name} failed in a short silence of the gateway: {failure}.");
        }

        if (took > TimeSpan.FromSeconds(1) && expectsNoWait && IsCalm(instance))
        {
            Violate($"Rule 3: a request of {instance.Name} waited {took} although nothing was wrong.");
        }

        if (instance.ApiLink.ExpiredTokens > expiredBefore && instance.Status.GatewayClockOffset is not null && instance.IsWarm && expectsNoWait)
        {
            Violate($"Rule 5: {instance.Name} presented an expired token.");
        }
    }

    /// <summary>Nothing is wrong, or was lately, but a short silence of the gateway.</summary>
    private bool IsOnlySilent => _disturbancesInSilence == _disturbances;

    /// <summary>
    /// The gateway works, but its answers come after the time limit; for no longer than a request waits for a token. Dense
    /// traffic meets it.
    /// </summary>
    private void BeSilent()
    {
        if (_active.Count > 0)
        {
            return;
        }

        var isTheOnlyFault = _calmSince + AfterGatewayFaults < _clock.Now && !IsRotationFelt && _instances.TrueForAll(IsCalm);
        var length = TimeSpan.FromSeconds(1 + (17 * _random.NextDouble()));
        var lateness = TimeSpan.FromSeconds(11 + (4 * _random.NextDouble()));
        During("answers late", null, length, () => _weather.Lateness = lateness, () => EndGatewayFault(() => _weather.Lateness = TimeSpan.Zero));
        _disturbancesInSilence = isTheOnlyFault ? _disturbances : -1;
        for (var time = TimeSpan.Zero; time < length + TimeSpan.FromSeconds(15); time += TimeSpan.FromSeconds(0.5 + _random.NextDouble()))
        {
            foreach (var instance in _instances.ToArray())
            {
                _clock.After(time, () => instance.Process.WhenRunning(() => _ = RequestAsync(instance)));
            }
        }
    }

    private bool IsCalm(Instance instance) =>
        _isCalm && _clock.Now - _calmSince > TimeSpan.FromMinutes(2) && instance.Process.IsRunning;

    /// <summary>Nothing has kept an instance from renewing in time, whatever the store and the other instances do.</summary>
    private bool CouldRenew(Instance instance) =>
        IsGatewayFine(instance)
        && instance.Process.IsRunning
        && !IsRotationFelt
        && _clock.Now - _lastRevocation > LongestRenewal
        && !(_clock.Now - instance.Process.ResumedAt <= LongestRenewal)
        && (_lastGatewayFault == TimeSpan.MinValue || _clock.Now - _lastGatewayFault > LongestRenewal);

    private bool IsGatewayFine(Instance instance) =>
        _weather.IsFine
        && !(_weather.IsProxyDown && NeedsProxy)
        && !instance.Link.IsCut
        && !instance.Link.IsBlackHole
        && !instance.IsBlocked
        && !instance.Keys.IsAway
        && (_lastGatewayFault == TimeSpan.MinValue || _clock.Now - _lastGatewayFault > AfterGatewayFaults);
}
