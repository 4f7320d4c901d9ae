using Microsoft.Extensions.Logging;

namespace SxtAspNet.AzureKeyVault;

/// <summary>What keys in a vault log: event ids 1310 to 1319.</summary>
internal static partial class VaultLog
{
    [LoggerMessage(1310, LogLevel.Debug, "Opened the {Key} from the {Secret}, version {Version}.")]
    public static partial void KeyOpened(this ILogger logger, string key, string secret, string version);

    [LoggerMessage(1312, LogLevel.Debug, "Opened the {Key} from the file {File}, unwrapped by the {Item}.")]
    public static partial void KeyUnwrapped(this ILogger logger, string key, string file, string item);

    [LoggerMessage(1311, LogLevel.Debug, "Using the {Item} failed.")]
    public static partial void CallFailed(this ILogger logger, Exception failure, string item);
}
