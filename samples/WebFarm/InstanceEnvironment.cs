using System.Globalization;

namespace WebFarm;

/// <summary>The configuration of an instance, as environment variables: nothing but what an operator would set.</summary>
internal static class InstanceEnvironment
{
    public static Dictionary<string, string> Make(
        FarmSettings settings, FarmGateway gateway, string cache, string prefix, string loginAtStartup) => new(gateway.KeySettings)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ExitWithParent"] = "true",

            // Many processes share this machine; each would reserve memory and threads for all of it.
            ["DOTNET_gcServer"] = "0",

            ["ConnectionStrings__redis"] = cache,
            ["SxtRedis__Prefix"] = prefix,
            ["SxtRedis__LockLease"] = Text(settings.LockLease),
            ["Sxt__GatewayUrl"] = gateway.Emulator.BaseAddress.AbsoluteUri,
            ["Sxt__ProxyUrl"] = gateway.Emulator.BaseAddress.AbsoluteUri,

            // An API key tells whose it is.
            ["Sxt__UserId"] = settings.Credential is FarmCredential.ApiKey ? "" : FarmGateway.UserId,
            ["Authentication__Schemes__SxtBearer__AllowedUsers__0"] = FarmGateway.UserId,
            ["Sxt__RenewBefore"] = Text(settings.RenewBefore),
            ["Sxt__RenewJitter"] = Text(settings.RenewJitter),
            ["Sxt__GatewayTimeout"] = Text(settings.GatewayTimeout),
            ["Sxt__StorePollInterval"] = Text(settings.StorePollInterval),
            ["Sxt__StoreTimeout"] = Text(settings.StoreTimeout),
            ["Sxt__AcquireTimeout"] = Text(settings.AcquireTimeout),
            ["Sxt__LoginAtStartup"] = loginAtStartup,

            // The timeline is read from the log.
            ["Logging__LogLevel__SxtAspNet"] = "Information",
            ["Logging__Console__FormatterName"] = "json",
            ["Logging__Console__FormatterOptions__TimestampFormat"] = "O",
            ["Logging__Console__FormatterOptions__UseUtcTimestamp"] = "true",
        };

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);
}
