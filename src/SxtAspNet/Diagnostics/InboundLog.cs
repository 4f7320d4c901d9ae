using System.Net;
using Microsoft.Extensions.Logging;

namespace SxtAspNet.Diagnostics;

/// <summary>
/// Log messages of the authentication scheme for callers. Event ids are stable. Nothing that a caller sent is logged
/// unless the gateway vouched for it.
/// </summary>
internal static partial class InboundLog
{
    [LoggerMessage(1500, LogLevel.Debug, "Scheme {Scheme}: the gateway accepted a token of user '{User}'.")]
    public static partial void TokenAccepted(this ILogger logger, string scheme, string user);

    [LoggerMessage(1501, LogLevel.Information, "Scheme {Scheme}: a token was refused after asking the gateway ({Reason}).")]
    public static partial void TokenRefused(this ILogger logger, string scheme, SxtTokenRefusal reason);

    [LoggerMessage(1502, LogLevel.Warning, "Scheme {Scheme}: the gateway says that a token is user '{User}''s, but it names another; it is refused.")]
    public static partial void UserMismatch(this ILogger logger, string scheme, string user);

    [LoggerMessage(1503, LogLevel.Warning, "Scheme {Scheme}: a token could not be validated ({Reason}); its requests get 503. {Explanation}")]
    public static partial void ValidationFailed(this ILogger logger, string scheme, SxtFailureReason reason, string explanation);

    [LoggerMessage(1504, LogLevel.Warning, "Scheme {Scheme}: {Limit} tokens at once (MaxConcurrentValidations) or {PerSecond} a second (MaxValidationsPerSecond) are validated already; requests with further unknown tokens get 503.")]
    public static partial void TooManyValidations(this ILogger logger, string scheme, int limit, int perSecond);

    [LoggerMessage(1505, LogLevel.Error, "Scheme {Scheme}: validating a token failed unexpectedly; its requests get 503.")]
    public static partial void ValidationFailedUnexpectedly(this ILogger logger, string scheme, Exception exception);

    [LoggerMessage(1506, LogLevel.Warning, "Scheme {Scheme}: {Address} presents more than {PerSecond} unknown tokens a second (MaxValidationsPerAddress), or more than {Refusals} a minute that the gateway refuses (MaxRefusalsPerAddress); requests from there with further unknown tokens get 429. If it is a proxy's address, use forwarded headers, or set CallerAddress.")]
    public static partial void AddressIsOver(this ILogger logger, string scheme, IPAddress address, int perSecond, int refusals);
}
