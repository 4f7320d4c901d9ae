using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;

namespace SxtAspNet.Aspire.Hosting;

/// <summary>What the dashboard lists as the log of a gateway.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1, LogLevel.Information, "The gateway emulator is at {Address}; apps log in as '{UserId}'.")]
    public static partial void Started(this ILogger logger, Uri address, string userId);

    [LoggerMessage(2, LogLevel.Information, "{Kind}: {Status}")]
    public static partial void Answered(this ILogger logger, SxtGatewayCallKind kind, int status);

    [LoggerMessage(3, LogLevel.Warning, "{Kind}: no answer")]
    public static partial void NotAnswered(this ILogger logger, SxtGatewayCallKind kind);

    [LoggerMessage(4, LogLevel.Error, "The gateway emulator did not start.")]
    public static partial void NotStarted(this ILogger logger, Exception failure);
}
