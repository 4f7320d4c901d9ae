using Microsoft.Extensions.Logging;

namespace SxtAspNet.Diagnostics;

/// <summary>Log messages of the session. Event ids are stable: alerts are built on them.</summary>
internal static partial class SessionLog
{
    private static readonly Func<ILogger, string, IDisposable?> Identity =
        LoggerMessage.DefineScope<string>("Space and Time identity {SxtIdentity}");

    public static IDisposable? IdentityScope(this ILogger logger, string name) =>
        Identity(logger, IdentityName.Display(name));

    public static void AttemptFailed(
        this ILogger logger, bool isLogout, bool hasToken, int count, SxtFailureReason reason, string explanation, Exception? unexpected)
    {
        if (isLogout)
        {
            LogoutFailed(logger, reason, explanation, unexpected);
        }
        else if (hasToken)
        {
            RenewalFailed(logger, count, reason, explanation, unexpected);
        }
        else
        {
            NoToken(logger, count, reason, explanation, unexpected);
        }
    }

    [LoggerMessage(1100, LogLevel.Information, "Session of generation {Generation} is ready: token until {UsableUntil:O}, session until {EndsAt:O}.")]
    public static partial void SessionReady(this ILogger logger, long generation, DateTimeOffset usableUntil, DateTimeOffset endsAt);

    [LoggerMessage(1101, LogLevel.Warning, "Renewal failed for the {Count}. time in a row ({Reason}); the present token stays in use. {Explanation}")]
    private static partial void RenewalFailed(ILogger logger, int count, SxtFailureReason reason, string explanation, Exception? exception);

    [LoggerMessage(1102, LogLevel.Error, "No access token, attempt {Count} failed ({Reason}); requests fail. {Explanation}")]
    private static partial void NoToken(ILogger logger, int count, SxtFailureReason reason, string explanation, Exception? exception);

    [LoggerMessage(1103, LogLevel.Information, "Session of generation {Generation} adopted from the store: token until {UsableUntil:O}.")]
    public static partial void SessionAdopted(this ILogger logger, long generation, DateTimeOffset usableUntil);

    [LoggerMessage(1104, LogLevel.Warning, "The refresh failed ({Reason}), so a login follows. {Explanation}")]
    public static partial void RefreshFailed(this ILogger logger, SxtFailureReason reason, string explanation);

    [LoggerMessage(1106, LogLevel.Warning, "The gateway no longer accepts the session of generation {Generation} although it is not over.")]
    public static partial void SessionFoundDead(this ILogger logger, long generation);

    [LoggerMessage(1107, LogLevel.Information, "Logged out; generation {Generation} marks it. The next request logs in.")]
    public static partial void LoggedOut(this ILogger logger, long generation);

    [LoggerMessage(1108, LogLevel.Information, "The session was logged out in generation {Generation}. The next request logs in.")]
    public static partial void LogoutAdopted(this ILogger logger, long generation);

    [LoggerMessage(1109, LogLevel.Error, "Logout failed ({Reason}); the session stays in use. {Explanation}")]
    private static partial void LogoutFailed(ILogger logger, SxtFailureReason reason, string explanation, Exception? exception);

    [LoggerMessage(1302, LogLevel.Debug, "{What}.")]
    public static partial void KeyCallFailed(this ILogger logger, string what, Exception exception);

    [LoggerMessage(1110, LogLevel.Warning, "{Source}: this key did not lead to a login; the next one is tried. {Explanation}")]
    public static partial void KeyFailed(this ILogger logger, object source, string explanation);

    [LoggerMessage(1111, LogLevel.Warning, "No key source can be opened; the key kept in memory is used (KeepKeyInMemory). {Explanation}")]
    public static partial void KeptKeyUsed(this ILogger logger, string explanation);

    [LoggerMessage(1112, LogLevel.Warning, "The app stops while a renewal or a logout is under way that takes too long; it is cut off. The next instance logs in if need be.")]
    public static partial void StoppedEarly(this ILogger logger);

    [LoggerMessage(1113, LogLevel.Information, "An API answered 401, but the gateway accepts the token: the 401 is the API's own.")]
    public static partial void UnauthorizedIsTheApis(this ILogger logger);

    [LoggerMessage(1114, LogLevel.Warning, "An API answered 401, and whether the token still works could not be found out; it stays in use.")]
    public static partial void NoVerdict(this ILogger logger, Exception exception);

    [LoggerMessage(1116, LogLevel.Error, "Finding out whether a rejected token still works failed unexpectedly; it stays in use.")]
    public static partial void InquiryFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1115, LogLevel.Error, "The gateway calls a token dead (validtoken) that an API goes on accepting. Its verdicts are not believed for one token lifetime: 401s count as the APIs' own.")]
    public static partial void VerdictRefuted(this ILogger logger);
}
