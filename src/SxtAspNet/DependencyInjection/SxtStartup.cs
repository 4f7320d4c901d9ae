using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>Logs in while the app starts, as the settings say, and lets a renewal finish when it stops.</summary>
internal sealed class SxtStartup(
    IServiceProvider provider, IEnumerable<IdentityRegistration> identities, IOptionsMonitor<SxtOptions> options) : IHostedLifecycleService
{
    private readonly List<(SessionManager Sessions, SxtLoginAtStartup Login)> _identities = [];

    /// <summary>Before the app's own services start, so that they may use a session that is required.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
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

    /// <summary>What nobody waits for begins with the app's services: whoever collects traces is one of them, the first.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
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

        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the server has sent its last answer, for which it may have needed a token.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_identities.Select(identity => identity.Sessions.StopAsync(cancellationToken)));
}
