using SxtAspNet.Simulation.World;

namespace SxtAspNet.Simulation.Scenario;

/// <summary>The farm's signing key, and its rotation.</summary>
internal sealed partial class FarmSimulation
{
    /// <summary>
    /// Whoever has one of the keys only can't open what the other one sealed, and keeps a session of its own until then:
    /// for one renewal.
    /// </summary>
    private static readonly TimeSpan RotationIsFeltFor = TimeSpan.FromMinutes(35);

    private byte[] _key = [];
    private byte[]? _secondKey;
    private TimeSpan? _lastRotation;
    private bool _isRotating;

    private bool IsRotationFelt => _lastRotation is { } rotation && _clock.Now - rotation < RotationIsFeltFor;

    private void MakeFirstKey() => _key = MakeKey();

    private byte[] MakeKey()
    {
        var seed = new byte[SxtSigningKey.SeedSize];
        _random.NextBytes(seed);
        _gateway.AddUser(Instance.User, PublicKey(seed));
        _records.Add(seed);
        return seed;
    }

    /// <summary>
    /// A new key reaches the machines one by one; last, the old one leaves the keyring. Either both keys are configured
    /// meanwhile, or a file is swapped, so that for a while each half of the farm knows one key only.
    /// </summary>
    private void RotateKey(TimeSpan length)
    {
        if (_isRotating)
        {
            return;
        }

        _isRotating = true;
        var isSwap = _random.NextDouble() < 0.5;
        var (old, @new) = (_key, MakeKey());
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
                instance.Keys.Put(_key, _secondKey);
            }
        }

        void End()
        {
            (_isRotating, _secondKey) = (false, null);
            _lastRotation = _clock.Now;
            _instances.ForEach(instance => instance.Keys.Put(_key, null));
            _gateway.RemoveKey(Instance.User, PublicKey(old));
        }
    }

    private static byte[] PublicKey(byte[] seed)
    {
        using var key = SxtSigningKey.FromSeed(seed);
        return key.PublicKey.ToArray();
    }
}
