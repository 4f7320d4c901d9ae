using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.World;

/// <summary>A key of the farm's user: a signing key's seed, or an API key.</summary>
internal sealed class FarmKey
{
    private readonly byte[] _seed = new byte[SxtSigningKey.SeedSize];
    private readonly string? _apiKey;

    public FarmKey(Random random, bool isApiKey)
    {
        random.NextBytes(_seed);
        _apiKey = isApiKey ? "sxt_" + Convert.ToHexStringLower(_seed) : null;
    }

    public SxtCredential Open() => _apiKey is not null ? SxtApiKey.FromValue(_apiKey) : SxtSigningKey.FromSeed(_seed);

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
