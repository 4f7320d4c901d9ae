using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;

namespace SxtAspNet.Aspire.Hosting;

/// <summary>What the dashboard shows of a gateway: its state, its address, and the calls that reach an emulator.</summary>
internal static class GatewayLifecycle
{
    public static void AddTo(IResourceBuilder<SxtGatewayResource> gateway)
    {
        // Resolved when it starts, so that the container disposes it, when somebody disposes the container: a test does, Run does not.
        gateway.ApplicationBuilder.Services.AddKeyedSingleton(gateway.Resource, (_, _) => gateway.Resource.Emulation);
        gateway.OnInitializeResource(StartAsync);
    }

    private static async Task StartAsync(SxtGatewayResource gateway, InitializeResourceEvent start, CancellationToken cancellationToken)
    {
        await start.Eventing.PublishAsync(new BeforeResourceStartedEvent(gateway, start.Services), cancellationToken).ConfigureAwait(false);
        try
        {
            var url = gateway.IsEmulated
                ? await StartEmulatorAsync(gateway, start, cancellationToken).ConfigureAwait(false)
                : await gateway.GatewayUrl.GetValueAsync(cancellationToken).ConfigureAwait(false);
            await start.Notifications.PublishUpdateAsync(gateway, snapshot => snapshot with
            {
                State = KnownResourceStates.Running,
                StartTimeStamp = DateTime.UtcNow,
                Urls = url is null ? [] : [new UrlSnapshot("gateway", url, IsInternal: false)],
            }).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            start.Logger.NotStarted(failure);
            await start.Notifications.PublishUpdateAsync(
                gateway, static snapshot => snapshot with { State = KnownResourceStates.FailedToStart }).ConfigureAwait(false);
        }
    }

    private static async Task<string> StartEmulatorAsync(
        SxtGatewayResource gateway, InitializeResourceEvent start, CancellationToken cancellationToken)
    {
        var logger = start.Logger;
        var emulation = start.Services.GetRequiredKeyedService<GatewayEmulation>(gateway);
        var emulator = await emulation.StartAsync(gateway.EmulatorOptions, cancellationToken).ConfigureAwait(false);
        start.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(emulation.Dispose);
        emulator.Calls.Completed += call => Log(call, logger);
        logger.Started(emulator.BaseAddress, GatewayEmulation.UserId);
        return emulator.BaseAddress.AbsoluteUri;
    }

    /// <summary>Path and user are the caller's words, and stay out.</summary>
    private static void Log(SxtGatewayCall call, ILogger logger)
    {
        if (call.Status is { } status)
        {
            logger.Answered(call.Kind, status);
        }
        else
        {
            logger.NotAnswered(call.Kind);
        }
    }
}
