using Microsoft.Extensions.Logging;

namespace SxtAspNet.Redis;

/// <summary>What sharing through Redis logs: event ids 1420 to 1429.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1420, LogLevel.Debug, "A call to Redis failed.")]
    public static partial void CallFailed(this ILogger logger, Exception failure);
}
