using SxtAspNet.Simulation.World;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>All that goes wrong.</summary>
internal sealed partial class FarmSimulation
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(6);

    private readonly HashSet<string> _active = [];
    private bool _isOver;
    private TimeSpan _failingSince;
    private TimeSpan? _loggedOutAt;
    private int _requestsAtLogout;
    private int _otherFaults;
    private int _disturbances;
    private TimeSpan _lastRevocation = TimeSpan.FromDays(-1);

    private void PlanFaults()
    {
        for (var count = _random.Next(0, 7); count > 0; count--)
        {
            _clock.At(TimeSpan.FromSeconds(_random.Next(30, (int)Duration.TotalSeconds - 60)), StartFault);
        }
    }

    private void StartFault()
    {
        if (_instances.Count == 0)
        {
            return;
        }

        // Half of the faults aim at the moment that matters: while somebody renews.
        if (_random.NextDouble() < 0.5 && NextRenewal() is { } renewal)
        {
            _clock.At(renewal + TimeSpan.FromMilliseconds(_random.Next(-2000, 1500)), Strike);
        }
        else
        {
            Strike();
        }
    }

    private TimeSpan? NextRenewal() => _instances
        .Select(instance => instance.Status.RenewalDueAt)
        .Where(due => due is not null)
        .Select(due => (TimeSpan?)(due!.Value - _clock.UtcNow + _clock.Now))
        .Where(due => due > _clock.Now && due < Duration)
        .Min();

    private void Strike()
    {
        if (_isOver || _instances.Count == 0)
        {
            return;
        }

        var victim = _instances[_random.Next(_instances.Count)];
        var length = TimeSpan.FromSeconds(Math.Pow(10, _random.NextDouble() * 3.3));
        switch (_random.Next(35))
        {
            case 0:
                Disturb("kill", victim.Name);
                _instances.Remove(victim);
                victim.Process.Kill();
                _clock.After(TimeSpan.FromSeconds(_random.Next(1, 120)), () => Add());
                break;
            case 1 or 2:
                During("pause", victim, length, victim.Process.Pause, victim.Process.Resume);
                break;
            case 3 or 4:
                During("cut from the store", victim, length, () => victim.Door.IsShut = true, () => victim.Door.IsShut = false);
                break;
            case 5 or 6:
                During("cut from the gateway", victim, length, () => victim.Link.IsCut = true, () => EndGatewayFault(() => victim.Link.IsCut = false));
                break;
            case 7:
                During("store away", null, length, () => _room.IsAway = true, () => _room.IsAway = false);
                break;
            case 8:
                During("store hangs", null, length, () => _room.Hangs = true, () => _room.Hangs = false);
                break;
            case 9:
                During("store refuses writes", null, length, () => _room.RefusesWrites = true, () => _room.RefusesWrites = false);
                break;
            case 10:
                During("store slow", null, length, () => _room.ExtraDelay = TimeSpan.FromMilliseconds(_random.Next(50, 2000)), () => _room.ExtraDelay = TimeSpan.Zero);
                break;
            case 11:
                Disturb("store cleared");
                _room.Clear();
                _room.ForgetLocks();
                break;
            case 12:
                Disturb("store went back");
                _room.GoBack();
                break;
            case 13:
                Disturb("locks forgotten");
                _room.ForgetLocks();
                break;
            case 14:
                During("notices lost", null, length, () => _room.LostNotices = 1, () => _room.LostNotices = 0.05);
                break;
            case 15:
                During("gateway down", null, length, CountVainCalls(() => _weather.IsDown = true), EndOfVainCalls(() => _weather.IsDown = false));
                break;
            case 16:
                During("answers lost", null, length, () => _weather.LostAnswers = 0.7, () => EndGatewayFault(() => _weather.LostAnswers = 0));
                break;
            case 17:
                var status = _random.NextDouble() < 0.5 ? 503 : 429;
                During($"gateway refuses ({status})", null, length, CountVainCalls(() => _weather.Refusal = status), EndOfVainCalls(() => _weather.Refusal = null));
                break;
            case 18:
                During("gateway slow", null, length, () => _weather.ExtraDelay = TimeSpan.FromSeconds(_random.Next(1, 15)), () => EndGatewayFault(() => _weather.ExtraDelay = TimeSpan.Zero));
                break;
            case 19:
                RotateKey(length);
                break;
            case 20:
                During("key away", victim, length, () => victim.Keys.IsAway = true, () => EndGatewayFault(() => victim.Keys.IsAway = false));
                break;
            case 21:
                BeSilent();
                break;
            case 22 or 23:
                During("lock stuck", null, length, () => _room.IsLockStuck = true, () => _room.IsLockStuck = false);
                break;
            case 24:
                During("paused with its lease extended", victim, length, () => Hang(victim), () => EndHang(victim));
                break;
            case 25 or 26:
                During("foreign code blocks", victim, length, () => victim.IsBlocked = true, () => EndGatewayFault(() => victim.IsBlocked = false));
                break;
            case 27:
                During("gateway is a black hole for", victim, length, () => victim.Link.IsBlackHole = true, () => EndGatewayFault(() => victim.Link.IsBlackHole = false));
                break;
            case 28:
                During("gateway is a black hole", null, length, CountVainCalls(() => _weather.IsBlackHole = true), EndOfVainCalls(() => _weather.IsBlackHole = false));
                break;
            case 29:
                MisdateOneAnswer();
                break;
            case 30:
                Disturb("stop", victim.Name);
                _instances.Remove(victim);
                victim.Process.WhenRunning(() => _ = StopAsync(victim));
                _clock.After(TimeSpan.FromSeconds(_random.Next(1, 120)), () => Add());
                break;
            case 31 or 32:
                RefuseFirstKey(length);
                break;
            case 33:
                During("proxy down", null, length, TakeProxyDown, () => EndGatewayFault(() => _weather.IsProxyDown = false));
                break;
            default:
                _lastRevocation = _clock.Now;
                if (_random.NextDouble() < 0.5)
                {
                    Disturb("session revoked");
                    _gateway.RevokeSessions(Instance.User);
                }
                else
                {
                    Disturb("logout", victim.Name);
                    victim.Process.WhenRunning(() => _ = LogoutAsync(victim));
                }

                break;
        }
    }

    private void MisdateOneAnswer()
    {
        var isTheOnlyFault = _active.Count == 0 && IsCalmSince(_clock.Now) && NextRenewal() - _clock.Now > TimeSpan.FromMinutes(2);
        Disturb("one answer is dated ten days ahead");
        _weather.NextDateError = TimeSpan.FromDays(10);
        var (renewals, disturbances) = (_renewals, _disturbances);
        _clock.After(TimeSpan.FromMinutes(2), () =>
        {
            if (isTheOnlyFault && _disturbances == disturbances && _renewals != renewals)
            {
                Violate("Rule 9: one wrong date cost a renewal.");
            }
        });
    }

    private void Hang(Instance victim)
    {
        _room.LeasesOutlivePauses = true;
        victim.Process.Pause();
    }

    private void EndHang(Instance victim)
    {
        _room.LeasesOutlivePauses = false;
        victim.Process.Resume();
    }

    /// <summary>Whatever is under way or silent: a stop ends within its own limit, and throws nothing.</summary>
    private async Task StopAsync(Instance instance)
    {
        var startedAt = _clock.Now;
        try
        {
            await instance.StopAsync();
        }
        catch (Exception exception)
        {
            Violate($"Rule 13: {instance.Name} stopped with {exception.GetType().Name}: {exception.Message}");
        }

        var wasPaused = instance.Process.ResumedAt >= startedAt;
        if (_clock.Now - startedAt > LongestStop && !wasPaused)
        {
            Violate($"Rule 13: {instance.Name} took {_clock.Now - startedAt} to stop.");
        }

        instance.Process.Kill();
    }

    private async Task LogoutAsync(Instance instance)
    {
        try
        {
            await instance.LogoutAsync();
            (_loggedOutAt, _requestsAtLogout) = (_clock.Now, _inFlight == 0 ? _requests : -1);
        }
        catch (SxtAuthenticationException failure)
        {
            Trace($"{instance.Name}: logout failed: {failure.Reason}");
        }
    }

    private Action CountVainCalls(Action begin) => () =>
    {
        begin();
        _weather.VainCalls = 0;
        (_failingSince, _otherFaults) = (_clock.Now, _active.Count == 1 && !IsRotationFelt ? _disturbances : -1);
    };

    private Action EndOfVainCalls(Action end) => () =>
    {
        EndGatewayFault(end);
        if (_otherFaults == _disturbances)
        {
            CheckVainCalls(_weather.VainCalls, _clock.Now - _failingSince);
        }
    };

    private void EndGatewayFault(Action end)
    {
        end();
        _lastGatewayFault = _clock.Now;
    }

    /// <summary>Something that happens in a moment; what follows may take a while.</summary>
    private void Disturb(string what, string? who = null)
    {
        Trace($"FAULT {what} {who}");
        _disturbances++;
        _calmSince = _clock.Now;
    }

    private void During(string what, Instance? victim, TimeSpan length, Action start, Action end)
    {
        var name = $"{what} {victim?.Name}";
        if (!_active.Add(name))
        {
            return;
        }

        Disturb($"{what} for {length.TotalSeconds:0.0} s", victim?.Name);
        _isCalm = false;
        start();
        _endings[name] = () =>
        {
            end();
            Trace($"end of {name}");
            _active.Remove(name);
            _isCalm = _active.Count == 0;
            _calmSince = _clock.Now;
        };
        _clock.After(length, () => End(name));
    }

    private readonly Dictionary<string, Action> _endings = [];

    private void End(string name)
    {
        if (_endings.Remove(name, out var end))
        {
            end();
        }
    }

    private void EndAllFaults()
    {
        _isOver = true;
        foreach (var name in _endings.Keys.ToArray())
        {
            End(name);
        }
    }
}
