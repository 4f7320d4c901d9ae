using SxtAspNet.Simulation.World;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>What the farm logs in with, and what happens to it.</summary>
internal sealed partial class FarmSimulation
{
    /// <summary>
    /// Whoever has one of the keys only can't open what the other one sealed, and keeps a session of its own until then:
    /// for one renewal. With a seal of its own the farm shares one session all the same.
    /// </summary>
    private static readonly TimeSpan RotationIsFeltFor = TimeSpan.FromMinutes(35);

    private FarmKey _key = null!;
    private FarmKey? _secondKey;
    private FarmKey? _lastKey;
    private FarmSeal? _seal;
    private FarmSeal? _otherSeal;
    private TimeSpan? _lastRotation;
    private bool _isRotating;
    private bool _isKeyRefused;

    /// <summary>Whether a login takes the proxy at the moment.</summary>
    private bool NeedsProxy => _credentials is FarmCredentials.ApiKey || (_credentials is FarmCredentials.ApiKeyLast && (_isKeyRefused || IsRotationFelt));

    private bool IsRotationFelt => !_hasSeal && _lastRotation is { } rotation && _clock.Now - rotation < RotationIsFeltFor;

    private void MakeFirstKeys()
    {
        _seal = _hasSeal ? MakeSeal() : null;
        _key = MakeKey(isApiKey: _credentials is FarmCredentials.ApiKey or FarmCredentials.ApiKeyFirst);
        if (_credentials is FarmCredentials.ApiKeyLast or FarmCredentials.ApiKeyFirst)
        {
            _lastKey = MakeKey(isApiKey: _credentials is FarmCredentials.ApiKeyLast);
        }
    }

    private FarmKey MakeKey(bool isApiKey)
    {
        var key = new FarmKey(_random, isApiKey, isInDevice: _hasDevice && !isApiKey);
        key.AddTo(_gateway);
        _records.Add(key);
        return key;
    }

    private FarmSeal MakeSeal()
    {
        var seal = new FarmSeal(_random);
        _records.Add(seal);
        return seal;
    }

    private void PutSeals(Instance instance)
    {
        if (_seal is not null)
        {
            instance.Keys.Put(_seal, _otherSeal);
        }
    }

    /// <summary>The gateway, or the proxy, refuses the first key; at that moment the farm needs one.</summary>
    private void RefuseFirstKey(TimeSpan length)
    {
        if (_isRotating || _isKeyRefused || _lastKey is null)
        {
            return;
        }

        During("first key refused", null, length, Begin, End);

        void Begin()
        {
            (_isKeyRefused, _lastRevocation) = (true, _clock.Now);
            _key.RemoveFrom(_gateway);
            _gateway.RevokeSessions(Instance.User);
        }

        void End()
        {
            _isKeyRefused = false;
            _key.AddTo(_gateway);
        }
    }

    /// <summary>Whoever has another key than an API key does not feel it, not even when a login is needed at that moment.</summary>
    private void TakeProxyDown()
    {
        _weather.IsProxyDown = true;
        if (_lastKey is not null)
        {
            _lastRevocation = _clock.Now;
            _gateway.RevokeSessions(Instance.User);
        }
    }

    /// <summary>
    /// A new key reaches the machines one by one; last, the old one leaves the keyring. Either both keys are configured
    /// meanwhile, or a file is swapped, so that for a while each half of the farm knows one key only. A seal is rotated with it, as
    /// documented: the new one reaches all machines behind the old one before it is put first.
    /// </summary>
    private void RotateKey(TimeSpan length)
    {
        if (_isRotating || _isKeyRefused)
        {
            return;
        }

        _isRotating = true;
        var isSwap = _random.NextDouble() < 0.5;
        _otherSeal = _hasSeal ? MakeSeal() : null;
        var (old, @new) = (_key, MakeKey(isApiKey: _credentials is FarmCredentials.ApiKey or FarmCredentials.ApiKeyFirst));
        During(isSwap ? "key swapped" : "key rotated", null, length, Begin, End);

        void Begin()
        {
            (_key, _secondKey) = (@new, isSwap ? null : old);
            foreach (var instance in _instances)
            {
                _clock.After(length * _random.NextDouble(), () => Arrive(instance));
            }
        }

        void Arrive(Instance instance)
        {
            if (_isRotating && ReferenceEquals(_key, @new))
            {
                instance.Keys.Put(_key, _secondKey, _lastKey);
                PutSeals(instance);
            }
        }

        void End()
        {
            (_isRotating, _secondKey) = (false, null);
            _lastRotation = _clock.Now;
            (_seal, _otherSeal) = (_otherSeal, _seal);
            _instances.ForEach(instance =>
            {
                instance.Keys.Put(_key, null, _lastKey);
                PutSeals(instance);
            });
            old.RemoveFrom(_gateway);
        }
    }
}
