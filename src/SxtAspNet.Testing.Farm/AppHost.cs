using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Testing;

/// <summary>
/// The user's app as one instance of the farm: in virtual time, against the emulator, sharing what it shares with the other instances through
/// the room instead of its Redis.
/// </summary>
internal sealed class AppHost<TProgram>(
    SxtGatewayEmulator gateway, FarmDoor door, InstanceLink gatewayLink, TimeProvider clock, Action<IWebHostBuilder>? configure)
    : WebApplicationFactory<TProgram>
    where TProgram : class
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        configure?.Invoke(builder);
        builder.ConfigureTestServices(services =>
        {
            var shared = FindShared(services);
            services.UseSxtVirtualTime(clock);
            services.UseSxtGatewayEmulator(gateway, emulator => new GatewayLinkHandler(gatewayLink, emulator));
            foreach (var name in shared)
            {
                services.AddKeyedSingleton(name, new SxtSessionSharing { Store = door, Lock = door, Notices = door });
            }

            SealInMemory(services);
        });
    }

    /// <summary>Lets the emulator's key seal the session, or a key ring in memory: what the app itself does it by is in production only.</summary>
    private void SealInMemory(IServiceCollection services)
    {
        Type[] sources = [typeof(ISxtKeySource), typeof(ISxtSealSource)];
        foreach (var source in services.Where(service => service.IsKeyedService && sources.Contains(service.ServiceType)).ToArray())
        {
            services.Remove(source);
        }

        services.PostConfigureAll<SxtOptions>(static options => options.Seal.Clear());
        services.AddSingleton(door.KeyRing);
    }

    /// <returns>The names of the identities whose session the app shares. A store that has no name is every identity's.</returns>
    private static string[] FindShared(IServiceCollection services)
    {
        Type[] means = services.Any(service => service.ServiceType == typeof(ISxtSessionStore) && !service.IsKeyedService)
            ? [typeof(ISxtSession)]
            : [typeof(SxtSessionSharing), typeof(ISxtSessionStore)];
        return [.. services
            .Where(service => service.IsKeyedService && means.Contains(service.ServiceType))
            .Select(service => service.ServiceKey)
            .OfType<string>()
            .Distinct()];
    }
}
