using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>What all parts of one identity's session share: who it is, its settings as they are now, its clocks, its end.</summary>
internal sealed class SessionContext : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly IDisposable? _changes;
    private volatile SxtOptions _options;

    public SessionContext(
        SessionIdentity identity, IOptionsMonitor<SxtOptions> options, GatewayClock clock, Runtime runtime, SxtMetrics metrics, ILogger logger)
    {
        (Identity, Clock, Runtime, Metrics, Logger) = (identity, clock, runtime, metrics, logger);
        _options = options.Get(identity.Name);
        _changes = options.OnChange((changed, name) =>
        {
            if (name != identity.Name)
            {
                return;
            }

            if (!identity.IsOf(changed))
            {
                // Keys belong to a user and to a gateway: those of another one are of no use here.
                logger.RestartNeeded(IdentityName.Display(name));
                return;
            }

            if (!identity.HasOriginsOf(changed))
            {
                logger.OriginsNeedRestart(IdentityName.Display(name));
            }

            _options = changed;
            OptionsChanged?.Invoke();
        });
    }

    /// <summary>Keys and times follow a changed configuration.</summary>
    public event Action? OptionsChanged;

    public SessionIdentity Identity { get; }

    public SxtOptions Options => _options;

    public GatewayClock Clock { get; }

    public Runtime Runtime { get; }

    public TimeProvider Time => Runtime.TimeProvider;

    public SxtMetrics Metrics { get; }

    public ILogger Logger { get; }

    /// <summary>Cancelled when what is still under way is cut off.</summary>
    public CancellationToken Stopping => _stopping.Token;

    // Not asynchronously: that would go on on another thread.
    public void CutOff() => _stopping.Cancel();

    public void Dispose()
    {
        CutOff();
        _changes?.Dispose();
    }
}
