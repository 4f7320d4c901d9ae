using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>The settings of one identity, as they are now: keys and times follow a changed configuration.</summary>
internal sealed class SessionSettings : IDisposable
{
    private readonly IDisposable? _changes;
    private volatile SxtOptions _current;

    public SessionSettings(SessionIdentity identity, IOptionsMonitor<SxtOptions> options, ILogger logger)
    {
        _current = options.Get(identity.Name);
        _changes = options.OnChange((changed, name) =>
        {
            if (name != identity.Name)
            {
                return;
            }

            if (!identity.Matches(changed))
            {
                logger.RestartNeeded(IdentityName.Display(name));
            }

            _current = changed;
            Changed?.Invoke();
        });
    }

    public event Action? Changed;

    public SxtOptions Current => _current;

    public void Dispose() => _changes?.Dispose();
}
