using SxtAspNet.Sessions;
using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>The rules of the design, as far as they can be seen from outside.</summary>
internal sealed partial class FarmSimulation
{
    /// <summary>Closer together than this, two renewals of a farm in which nothing is wrong are one too many.</summary>
    private static readonly TimeSpan Generation = TimeSpan.FromMinutes(7);

    /// <summary>What each of the gateway's tokens begins with; three letters of it also turn up by chance.</summary>
    private static ReadOnlySpan<byte> Header => "eyJ0eXBlIjoi"u8;

    private TimeSpan? _lastRenewal;
    private int _renewals;
    private int _challenges;

    /// <summary>With an API key, a login and a renewal are the same: an exchange.</summary>
    private int Exchanges => _gateway.Calls.Count(SxtGatewayCallKind.ApiKeyExchange);

    private void Check()
    {
        if (_gateway.Calls.ReusedRefreshTokens > 0 && !_violations.Any(violation => violation.Contains("reused", StringComparison.Ordinal)))
        {
            Violate("Rule 1: a refresh token was reused.");
        }

        var challenges = _gateway.Calls.Count(SxtGatewayCallKind.Challenge) + Exchanges;
        if (challenges != _challenges)
        {
            _challenges = challenges;
            if (_isCalm && _loggedOutAt is { } loggedOutAt && _calmSince <= loggedOutAt && _requests == _requestsAtLogout)
            {
                Violate($"A login began {_clock.Now - loggedOutAt} after a logout, although no request needs a token.");
            }
        }

        var renewals = _gateway.Calls.Count(SxtGatewayCallKind.Token) + _gateway.Calls.Count(SxtGatewayCallKind.Refresh) + Exchanges;
        if (renewals != _renewals)
        {
            Trace($"gateway: {_gateway.Calls.Count(SxtGatewayCallKind.Token)} logins, {_gateway.Calls.Count(SxtGatewayCallKind.Refresh)} refreshes, {Exchanges} exchanges");
            if (_lastRenewal is { } last && IsCalmSince(last) && _clock.Now - last < Generation)
            {
                Violate($"Rule 2: two renewals {_clock.Now - last} apart, although nothing was wrong.");
            }

            if (renewals > Budget())
            {
                Violate($"Rule 2: {renewals} renewals, when {Budget()} would have been plenty.");
            }

            _renewals = renewals;
            _lastRenewal = _clock.Now;
        }
    }

    /// <summary>One per generation; during an outage one per instance and generation; one per disturbance; and while the gateway fails, as many as the back-off lets through.</summary>
    private int Budget() => (int)((_everyone.Count + 1) * (_clock.Now / TimeSpan.FromMinutes(18) + 1)) + (6 * _disturbances) + _weather.VainGrants;

    private bool IsCalmSince(TimeSpan time) => _isCalm && !IsRotationFelt && _calmSince + TimeSpan.FromMinutes(3) < time;

    /// <summary>Whatever happens, a record in an atomic store is replaced by a newer one only, or written once more as it is.</summary>
    private void CheckWrite(string name, byte[]? before, byte[] after)
    {
        if (_room.IsAtomic && before is not null && !before.AsSpan().SequenceEqual(after) && _records.Read(name, before) is { } old && _records.Read(name, after) is { } @new && !SharedSession.IsNewer(@new, old))
        {
            Violate($"The session of generation {old.Generation} was overwritten by {@new.Generation}.");
        }
    }

    /// <summary>One instance of the farm asks a failing gateway, every second or two once there is no token; not each of them.</summary>
    private void CheckVainCalls(int calls, TimeSpan duration)
    {
        // Up to three calls per attempt: a challenge is asked for again at once when its answer is lost.
        var plenty = 22 + (2 * duration.TotalSeconds);
        if (calls > plenty)
        {
            Violate($"Rule 2: {calls} calls in {duration} to a gateway that failed, when {plenty:0} would have been plenty.");
        }
    }

    private void CheckTheEnd()
    {
        if (_clock.Intrusion is { } intrusion)
        {
            Violate(intrusion);
        }

        if (_room.Records.Any(record => record.AsSpan().IndexOf(Header) >= 0))
        {
            Violate("Rule 8: a token is readable in the store.");
        }

        var generations = _instances.Select(instance => instance.Status.Generation).Distinct().ToArray();
        if (generations.Length != 1)
        {
            Violate("At the end the farm is not on one session: " + string.Join(", ", _instances.Select(instance => $"{instance.Name} {instance.Status}")));
        }

        foreach (var instance in _instances.Where(instance => instance.Status.State is not (SxtSessionState.Active or SxtSessionState.LoggedOut)))
        {
            Violate($"At the end {instance.Name} is {instance.Status}: {instance.Status.FailureMessage}");
        }
    }
}
