using Microsoft.Extensions.Logging;

namespace SxtAspNet.Diagnostics;

/// <summary>Log messages about sharing a session with other instances. Event ids are stable.</summary>
internal static partial class SharingLog
{
    [LoggerMessage(1400, LogLevel.Warning, "The session store can't be used, so this instance gets a session of its own. {Explanation}")]
    public static partial void RenewedPrivately(this ILogger logger, string explanation);

    [LoggerMessage(1401, LogLevel.Warning, "The session store can't be used; a token that still works stays in use. {Explanation}")]
    public static partial void StoreUnavailable(this ILogger logger, string explanation);

    [LoggerMessage(1412, LogLevel.Debug, "{What} failed.")]
    public static partial void StoreCallFailed(this ILogger logger, string what, Exception exception);

    [LoggerMessage(1402, LogLevel.Information, "The session store can be used again.")]
    public static partial void StoreAvailable(this ILogger logger);

    [LoggerMessage(1403, LogLevel.Error, "The record {Name} in the session store can't be opened; it is left to expire, and this instance keeps a session of its own. {Question}")]
    public static partial void RecordUnreadable(this ILogger logger, string name, string question);

    [LoggerMessage(1404, LogLevel.Warning, "{Source}: this gives no seal now. {Explanation}")]
    public static partial void SealKeyUnavailable(this ILogger logger, object source, string explanation);

    [LoggerMessage(1410, LogLevel.Warning, "{Source}: the key from before its last rotation can't be had, so what was sealed with it can't be opened here. {Explanation}")]
    public static partial void PreviousKeyUnavailable(this ILogger logger, object source, string explanation);

    [LoggerMessage(1405, LogLevel.Error, "The first key can only sign, so the session can't be sealed and is not shared: each instance keeps one of its own. Give the farm a seal of its own (Seal), or call UseDataProtection().")]
    public static partial void SharingImpossible(this ILogger logger);

    [LoggerMessage(1415, LogLevel.Warning, "ASP.NET Core Data Protection fails, so the session can't be sealed or opened here, and is not shared.")]
    public static partial void DataProtectionFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1406, LogLevel.Warning, "The renewal lock could not be released; it ends with its lease. {Explanation}")]
    public static partial void LockNotReleased(this ILogger logger, string explanation);

    [LoggerMessage(1407, LogLevel.Warning, "Notices of other instances can't be exchanged; polls find out what changes. {Explanation}")]
    public static partial void NoticesUnavailable(this ILogger logger, string explanation);

    [LoggerMessage(1409, LogLevel.Error, "Checking the session store failed unexpectedly.")]
    public static partial void StoreCheckFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1408, LogLevel.Information, "This instance took the renewal lock.")]
    public static partial void LockTaken(this ILogger logger);

    [LoggerMessage(1411, LogLevel.Warning, "The renewal lock was not granted for {Seconds:0.#} s, so this instance renews without it. {Explanation} If this repeats, delete the lock's key in the store.")]
    public static partial void RenewedWithoutLock(this ILogger logger, double seconds, string explanation);
}
