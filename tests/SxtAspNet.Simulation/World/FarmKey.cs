using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.World;

/// <summary>A key of the farm's user: a signing key's seed, an API key, or a key in a device.</summary>
internal sealed class FarmKey
{
    private readonly byte[] _seed = new byte[SxtSigningKey.SeedSize];
    private readonly string? _apiKey;
    private readonly bool _isInDevice;

    public FarmKey(Random random, bool isApiKey, bool isInDevice = false)
    {
        random.NextBytes(_seed);
        _apiKey = isApiKey ? "sxt_" + Convert.ToHexStringLower(_seed) : null;
        _isInDevice = isInDevice;
    }

    public SxtCredential Open() => _apiKey is not null ? SxtApiKey.FromValue(_apiKey)
        : _isInDevice ? new DeviceKey(SxtSigningKey.FromSeed(_seed))
        : SxtSigningKey.FromSeed(_seed);

    /// <summary>The user can log in with it from now on.</summary>
    public void AddTo(SxtGatewayEmulator gateway)
    {
        if (_apiKey is not null)
        {
            gateway.AddApiKey(Instance.User, _apiKey);
        }
        else
        {
            gateway.AddUser(Instance.User, PublicKey());
        }
    }

    /// <summary>The user can't log in with it any more.</summary>
    public void RemoveFrom(SxtGatewayEmulator gateway)
    {
        if (_apiKey is not null)
        {
            gateway.RemoveApiKey(_apiKey);
        }
        else
        {
            gateway.RemoveKey(Instance.User, PublicKey());
        }
    }

    private byte[] PublicKey()
    {
        using var key = SxtSigningKey.FromSeed(_seed);
        return key.PublicKey.ToArray();
    }

    /// <summary>Signs, and derives nothing.</summary>
    private sealed class DeviceKey(SxtSigningKey key) : SxtSigningKey
    {
        public override ReadOnlyMemory<byte> PublicKey => key.PublicKey;

        public override ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => key.SignAsync(data, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            key.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A secret that the farm seals its session with.</summary>
internal sealed class FarmSeal
{
    private readonly byte[] _secret = new byte[SxtSealSecret.MinSize];

    public FarmSeal(Random random) => random.NextBytes(_secret);

    public SxtSealSecret Open() => SxtSealSecret.FromBytes(_secret);
}

/// <summary>What a farm logs in with.</summary>
internal enum FarmCredentials
{
    /// <summary>Signing keys.</summary>
    Signing,

    /// <summary>API keys alone: the user need not be configured.</summary>
    ApiKey,

    /// <summary>A signing key, and an API key as the last resort.</summary>
    ApiKeyLast,

    /// <summary>An API key, and a signing key as the last resort.</summary>
    ApiKeyFirst,
}
