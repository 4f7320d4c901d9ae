using SxtAspNet.Testing;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>
/// Settings under which a test sees several generations, or looks at the store, within seconds. The margins are wide
/// enough for a busy machine.
/// </summary>
internal static class Times
{
    /// <summary>A lease that does not end because a busy machine lets nobody extend it: that would cost a login, rightly.</summary>
    public static readonly TimeSpan LongLease = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A connection string whose client waits for a busy machine: for its connections, of which the one for notices is
    /// the last, and for answers. What is refused or cut fails at once as ever.
    /// </summary>
    public static string Patiently(string configuration) => $"{configuration},connectTimeout=30000,asyncTimeout=30000";

    /// <summary>Access tokens that live long enough for a look at the store and short enough to wait for a renewal.</summary>
    public static SxtGatewayEmulatorOptions ShortLived() => new()
    {
        Latency = TimeSpan.FromMilliseconds(20),
        AccessTokenLifetime = TimeSpan.FromSeconds(16),
        RefreshTokenLifetime = TimeSpan.FromSeconds(24),
    };

    /// <summary>Fits <see cref="ShortLived"/>: a renewal every eight seconds or so.</summary>
    public static void Short(SxtOptions options)
    {
        options.RenewBefore = TimeSpan.FromSeconds(7);
        options.RenewJitter = TimeSpan.FromSeconds(1);
        options.GatewayTimeout = TimeSpan.FromSeconds(5);
        PollingOften(options);
    }

    public static void PollingOften(SxtOptions options) => options.StorePollInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>For a link that does not answer in time: well above what an answer takes, well below the delays of the tests.</summary>
    public static void GivingUpSoon(SxtOptions options)
    {
        options.StoreTimeout = TimeSpan.FromSeconds(2);
        PollingOften(options);
    }

    /// <summary>What arrives came by a notice.</summary>
    public static void NeverPolling(SxtOptions options) => options.StorePollInterval = TimeSpan.FromMinutes(5);
}
