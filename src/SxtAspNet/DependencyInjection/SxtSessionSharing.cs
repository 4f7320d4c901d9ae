using Medallion.Threading;

namespace SxtAspNet;

/// <summary>By what means instances share a session; see <see cref="SxtBuilder.ShareSession"/>.</summary>
public sealed class SxtSessionSharing
{
    /// <summary>Where the session is kept.</summary>
    public required ISxtSessionStore Store { get; init; }

    /// <summary>
    /// Locks, so that one instance renews for all. They only save calls to the gateway. The app's
    /// <see cref="IDistributedLockProvider"/> when not set; without that, there is no lock.
    /// </summary>
    public IDistributedLockProvider? Lock { get; init; }

    /// <summary>
    /// Tells the others of a new session at once. The app's <see cref="ISxtSessionNotices"/> when not set; without
    /// that, the others see it at their next poll (<see cref="SxtOptions.StorePollInterval"/>).
    /// </summary>
    public ISxtSessionNotices? Notices { get; init; }

    /// <summary>
    /// What the names of everything shared begin with. Instances with the same prefix, gateway and user share one
    /// session; different prefixes never share. Default: "sxt:".
    /// </summary>
    public string Prefix { get; init; } = "sxt:";
}
