using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>Logs in while the app starts, as the settings say, and lets a renewal finish when it stops.</summary>
internal sealed class SxtStartup(
    IServiceProvider provider, IEnumerable<IdentityRegistration> identities, IOptionsMonitor<SxtOptions> options) : IHostedLifecycleService
{
    /// <summary>Before the app's own services start, so that they may use the session.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var identity in identities)
        {
            switch (options.Get(identity.Name).LoginAtStartup)
            {
                case SxtLoginAtStartup.Required:
                    await Sessions(identity).GetAccessTokenAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case SxtLoginAtStartup.Background:
                    Sessions(identity).StartInBackground();
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
        Task.WhenAll(identities.Select(identity => Sessions(identity).StopAsync(cancellationToken)));

    private SessionManager Sessions(IdentityRegistration identity) =>
        provider.GetRequiredKeyedService<SessionManager>(identity.Name);
}
