using Microsoft.Extensions.Logging;

namespace SxtAspNet.Diagnostics;

/// <summary>Log messages of the token handler. Event ids are stable.</summary>
internal static partial class OutboundLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Requests to {Origin} are sent without a token: the origin is neither the gateway's nor in AllowedOrigins.")]
    public static partial void OriginNotAllowed(this ILogger logger, string origin);

    [LoggerMessage(1201, LogLevel.Information, "A request was answered 401 with a token that has been replaced; it is sent again.")]
    public static partial void Replayed(this ILogger logger);

    [LoggerMessage(1202, LogLevel.Warning, "A request was answered 401 with a token that has been replaced, but its content can't be sent again; call AllowSxtReplay() on the request if it can.")]
    public static partial void NotReplayable(this ILogger logger);
}
