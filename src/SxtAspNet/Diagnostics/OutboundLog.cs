using Microsoft.Extensions.Logging;

namespace SxtAspNet.Diagnostics;

/// <summary>Log messages of the token handler. Event ids are stable.</summary>
internal static partial class OutboundLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Requests to {Origin} are sent without a token: that is neither the gateway nor one of AllowedOrigins.")]
    public static partial void OriginNotAllowed(this ILogger logger, string origin);

    [LoggerMessage(1201, LogLevel.Information, "A request was answered 401 with a token that has been replaced; it is sent again.")]
    public static partial void Replayed(this ILogger logger);

    [LoggerMessage(1202, LogLevel.Warning, "A request was answered 401 with a token that has been replaced, but its content can't be sent again: it was larger than MaxReplayBufferSize, or not written completely. Call AllowSxtReplay() on the request if sending it again is right.")]
    public static partial void NotReplayable(this ILogger logger);

    [LoggerMessage(1203, LogLevel.Warning, "The token was taken off requests to {Origin}: a handler that comes after the token handler turned them there, and that is neither the gateway nor one of AllowedOrigins.")]
    public static partial void TokenTakenOff(this ILogger logger, string origin);

    [LoggerMessage(1204, LogLevel.Warning, "{Category} is logged at Trace, where .NET hands the token to loggers that keep structured state, although the text is redacted. Log it at Debug at most.")]
    public static partial void HeadersAreLogged(this ILogger logger, string category);

    [LoggerMessage(1205, LogLevel.Warning, "A handler of the client '{Client}' sends POST requests again, as AddStandardResilienceHandler does by default. An SQL statement can run twice then. Turn it off by options.Retry.DisableForUnsafeHttpMethods().")]
    public static partial void PostSentAgain(this ILogger logger, string client);
}
