using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>Logs in while the app starts, as the settings say, and lets a renewal finish when it stops.</summary>
/// <remarks>Hosts of the old kind (WebHostBuilder) know only the start and the stop; these do then what comes before and after them.</remarks>
internal sealed class SxtStartup(
    IServiceProvider provider, IEnumerable<IdentityRegistration> identities, IOptionsMonitor<SxtOptions> options) : IHostedLifecycleService
{
    private readonly List<(SessionManager Sessions, SxtLoginAtStartup Login)> _identities = [];
    private bool _hasPhases;

    /// <summary>Before the app's own services start, so that they may use a session that is required.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _hasPhases = true;
        return PrepareAsync(cancellationToken);
    }

    /// <summary>What nobody waits for begins with the app's services: whoever collects traces is one of them, the first.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_hasPhases)
        {
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var (sessions, login) in _identities)
        {
            switch (login)
            {
                case SxtLoginAtStartup.Background:
                    sessions.StartInBackground();
                    break;
                case SxtLoginAtStartup.OnDemand:
                    sessions.AdoptInBackground();
                    break;
            }
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _hasPhases ? Task.CompletedTask : StopSessionsAsync(cancellationToken);

    /// <summary>After the server has sent its last answer, for which it may have needed a token.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => StopSessionsAsync(cancellationToken);

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var identity in identities)
        {
            var settings = options.Get(identity.Name);
            await UserIdCheck.RunAsync(provider, identity.Name, settings, cancellationToken).ConfigureAwait(false);
            var sessions = provider.GetRequiredKeyedService<SessionManager>(identity.Name);
            _identities.Add((sessions, settings.LoginAtStartup));
            if (settings.LoginAtStartup == SxtLoginAtStartup.Required)
            {
                await sessions.AcquireAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private Task StopSessionsAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_identities.Select(identity => identity.Sessions.StopAsync(cancellationToken)));
}
