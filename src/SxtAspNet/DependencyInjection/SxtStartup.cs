using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>Logs in while the app starts, as the settings say, and lets a renewal finish when it stops.</summary>
internal sealed class SxtStartup(
    IServiceProvider provider, IEnumerable<IdentityRegistration> identities, IOptionsMonitor<SxtOptions> options) : IHostedLifecycleService
{
    private readonly List<SessionManager> _sessions = [];

    /// <summary>Before the app's own services start, so that they may use the session.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var identity in identities)
        {
            await UserIdCheck.RunAsync(provider, identity.Name, options.Get(identity.Name), cancellationToken).ConfigureAwait(false);
            var sessions = provider.GetRequiredKeyedService<SessionManager>(identity.Name);
            _sessions.Add(sessions);
            switch (options.Get(identity.Name).LoginAtStartup)
            {
                case SxtLoginAtStartup.Required:
                    await sessions.AcquireAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case SxtLoginAtStartup.Background:
                    sessions.StartInBackground();
                    break;
                case SxtLoginAtStartup.OnDemand:
                    sessions.AdoptInBackground();
                    break;
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the server has sent its last answer, for which it may have needed a token.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_sessions.Select(sessions => sessions.StopAsync(cancellationToken)));
}
