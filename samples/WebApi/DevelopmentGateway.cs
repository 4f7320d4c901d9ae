using SxtAspNet.Testing;

namespace WebApi;

/// <summary>Lets the sample run without an account: in Development, with no user and no key configured, against an emulator.</summary>
public static class DevelopmentGateway
{
    /// <summary>The user whose tokens <see cref="MapCallerToken"/> hands out.</summary>
    public const string Caller = "demo-caller";

    public static async Task<SxtGatewayEmulator?> StartIfUnconfiguredAsync(WebApplicationBuilder builder)
    {
        // An API key alone is enough: it tells whose it is.
        if (!builder.Environment.IsDevelopment()
            || !string.IsNullOrEmpty(builder.Configuration["Sxt:UserId"])
            || builder.Configuration.GetSection("Sxt:Keys").Exists())
        {
            return null;
        }

        var emulator = await SxtGatewayEmulator.StartAsync();
        builder.Services.UseSxtGatewayEmulator(emulator);
        builder.Configuration["Authentication:Schemes:SxtBearer:AllowedUsers:0"] = Caller;
        Console.WriteLine($"Neither Sxt:UserId nor Sxt:Keys is configured, so this app talks to a gateway emulator at {emulator.BaseAddress}");
        Console.WriteLine("with a key made for the occasion. To talk to Space and Time: dotnet user-secrets set Sxt:Keys:0:ApiKey sxt_…");
        return emulator;
    }

    /// <summary>Hands out tokens of a caller, which only an emulator can issue without a key: to try the secured endpoints with.</summary>
    public static void MapCallerToken(this WebApplication app, SxtGatewayEmulator emulator)
    {
        app.MapPost("/development/caller-token", () => new CallerToken(emulator.IssueAccessToken(Caller)));
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(
            $"To call as '{Caller}': curl -H \"Authorization: Bearer {emulator.IssueAccessToken(Caller)}\" {app.Urls.FirstOrDefault()}/me"));
    }
}

/// <summary>A token that a caller can present.</summary>
public sealed record CallerToken(string AccessToken);
