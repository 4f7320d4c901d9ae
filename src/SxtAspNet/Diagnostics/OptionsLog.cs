using Microsoft.Extensions.Logging;

namespace SxtAspNet.Diagnostics;

/// <summary>Log messages about settings. Event ids are stable.</summary>
internal static partial class OptionsLog
{
    [LoggerMessage(1000, LogLevel.Error, "The changed settings of Space and Time identity '{Identity}' are invalid; the last valid ones stay in use. {Problems}")]
    public static partial void InvalidReload(this ILogger logger, string identity, string problems);

    [LoggerMessage(1001, LogLevel.Warning, "GatewayUrl, ProxyUrl or UserId of Space and Time identity '{Identity}' changed, perhaps with its keys; none of the changes is used before a restart.")]
    public static partial void RestartNeeded(this ILogger logger, string identity);

    [LoggerMessage(1002, LogLevel.Warning, "GatewayUrl is {Former}, where Space and Time's gateway was before; today it is {Today}, which is the default. Change or remove the setting.")]
    public static partial void FormerGateway(this ILogger logger, Uri former, string today);

    [LoggerMessage(1003, LogLevel.Warning, "AllowedOrigins of Space and Time identity '{Identity}' changed; that takes effect after a restart.")]
    public static partial void OriginsNeedRestart(this ILogger logger, string identity);
}
