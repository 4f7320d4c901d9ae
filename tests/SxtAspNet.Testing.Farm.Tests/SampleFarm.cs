using Microsoft.AspNetCore.Hosting;

namespace SxtAspNet.Testing.Farm.Tests;

/// <summary>A farm of the sample WebApi, which shares its session through Redis.</summary>
internal static class SampleFarm
{
    public static SxtFarmHarness<WebApi.BlocksClient> Create(SxtGatewayEmulatorOptions? gateway = null, Action<IWebHostBuilder>? configure = null) =>
        new(instances: 3, gateway, host =>
        {
            Configure(host);
            host.UseSetting("ConnectionStrings:redis", "not-used:6379");
            configure?.Invoke(host);
        });

    /// <summary>What the sample needs in any case.</summary>
    public static void Configure(IWebHostBuilder host)
    {
        host.UseSetting("Sxt:UserId", "orders-service");
        host.UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:0", "orders-service");
    }

    /// <summary>A request of the app that takes it to the gateway.</summary>
    public static async Task BlocksAsync(SxtFarmInstance instance)
    {
        using var client = instance.CreateClient();
        using var response = await client.GetAsync(new Uri("/blocks", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{instance} answered {response.StatusCode}.");
    }
}
