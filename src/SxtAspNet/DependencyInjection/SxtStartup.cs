using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;
using SxtAspNet.Sessions;

namespace SxtAspNet.DependencyInjection;

/// <summary>Logs in while the app starts, as the settings say, and lets a renewal finish when it stops.</summary>
internal sealed class SxtStartup(
    IServiceProvider provider,
    IEnumerable<IdentityRegistration> identities,
    IOptionsMonitor<SxtOptions> options,
    Runtime runtime,
    ILogger<SxtStartup> logger) : IHostedLifecycleService
{
    /// <summary>What a renewal under way gets to finish: within that time it does, or the gateway is silent.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly List<(string Identity, SessionManager Sessions)> _sessions = [];

    /// <summary>Before the app's own services start, so that they may use the session.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var identity in identities)
        {
            var sessions = provider.GetRequiredKeyedService<SessionManager>(identity.Name);
            _sessions.Add((identity.Name, sessions));
            switch (options.Get(identity.Name).LoginAtStartup)
            {
                case SxtLoginAtStartup.Required:
                    await sessions.GetAccessTokenAsync(cancellationToken).ConfigureAwait(false);
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
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StopLimit, runtime.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(_sessions.Select(session => StopAsync(session.Identity, session.Sessions, either.Token))).ConfigureAwait(false);
    }

    /// <summary>A renewal that does not end costs the farm one login; an exception here would make a clean stop a crash.</summary>
    private async Task StopAsync(string identity, SessionManager sessions, CancellationToken cancellationToken)
    {
        try
        {
            await sessions.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            using var scope = logger.IdentityScope(identity);
            logger.StoppedEarly(failure is SxtAuthenticationException ? failure.Message : "It did not end in time; another instance logs in instead.");
        }
    }
}
