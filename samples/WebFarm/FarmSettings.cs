namespace WebFarm;

/// <summary>How the farm is set up. Its lifetimes are the documented ones, compressed from hours to seconds.</summary>
public sealed record FarmSettings
{
    /// <summary>How many processes the farm starts with.</summary>
    public int Instances { get; init; } = 3;

    /// <summary>A published web API, an executable or a dll; <see langword="null"/>: the one that was built.</summary>
    public string? App { get; init; }

    /// <summary>Requests per second and instance; all together go round the instances that are up.</summary>
    public int Rate { get; init; } = 50;

    /// <summary>The address of a running Redis-protocol server; <see langword="null"/>: one is started.</summary>
    public string? Redis { get; init; }

    /// <summary>
    /// Whether old access tokens survive a refresh and refresh tokens can be used again. The protocol does not say, so
    /// the farm assumes the worst unless told otherwise.
    /// </summary>
    public bool IsGatewayLenient { get; init; }

    /// <summary>What the farm logs in with.</summary>
    public FarmCredential Credential { get; init; }

    /// <summary>Whether the answer to each refresh is lost, so that each renewal ends in a login.</summary>
    public bool LosesRefreshes { get; init; }

    /// <summary>How far the gateway's clock is ahead.</summary>
    public TimeSpan GatewayClockOffset { get; init; }

    /// <summary>How long each gateway call takes.</summary>
    public TimeSpan GatewayLatency { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromSeconds(120);

    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromSeconds(24);

    public TimeSpan ChallengeLifetime { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan RenewBefore { get; init; } = TimeSpan.FromSeconds(8);

    public TimeSpan RenewJitter { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan GatewayTimeout { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan LockLease { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan StorePollInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan StoreTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan AcquireTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes the configuration (environment variables) of an instance, given its number, before it starts.</summary>
    public Action<int, IDictionary<string, string>>? Configure { get; init; }

    /// <summary>How long a generation lasts at least when it is renewed as planned.</summary>
    public TimeSpan ShortestGeneration => AccessTokenLifetime - RenewBefore - RenewJitter;

    /// <summary>
    /// How long a session lasts at least when it is renewed as planned: it is not refreshed in its last moments, and
    /// the refresh before may have come up to a token's life earlier.
    /// </summary>
    public TimeSpan ShortestSession => SessionLifetime - AccessTokenLifetime - RenewJitter - GatewayTimeout;
}
