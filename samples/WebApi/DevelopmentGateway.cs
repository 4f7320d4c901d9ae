using SxtAspNet.Testing;

namespace WebApi;

/// <summary>Lets the sample run without an account: in Development, with no user configured, against an emulator.</summary>
public static class DevelopmentGateway
{
    public static async Task<SxtGatewayEmulator?> StartIfUnconfiguredAsync(WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment() || !string.IsNullOrEmpty(builder.Configuration["Sxt:UserId"]))
        {
            return null;
        }

        var emulator = await SxtGatewayEmulator.StartAsync();
        builder.Services.UseSxtGatewayEmulator(emulator);
        Console.WriteLine($"No Sxt:UserId is configured, so this app talks to a gateway emulator at {emulator.BaseAddress}");
        Console.WriteLine("with a key made for the occasion. Set Sxt:UserId and Sxt:Keys to talk to Space and Time.");
        return emulator;
    }
}
