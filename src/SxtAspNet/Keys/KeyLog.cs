using Microsoft.Extensions.Logging;

namespace SxtAspNet;

/// <summary>What the keys log: event ids 1300 to 1349.</summary>
internal static partial class KeyLog
{
    [LoggerMessage(1300, LogLevel.Warning,
        "Every user of this machine can read the {Kind} '{Path}' (mode {Mode}). Run: chmod 600 '{Path}'; in " +
        "Kubernetes, set defaultMode: 0440 on the volume, and fsGroup.")]
    internal static partial void ReadableByOthers(ILogger logger, string kind, string path, string mode);

    [LoggerMessage(1301, LogLevel.Debug, "Opened the {Key} from file '{Path}'.")]
    internal static partial void KeyOpened(ILogger logger, string key, string path);
}
