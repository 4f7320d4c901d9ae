namespace SxtAspNet.Redis;

/// <summary>
/// A call to Redis failed. The message ends up in health and logs, so it is short; what the client said is in the log at
/// level Debug, and not kept here, where a log entry would show all of it.
/// </summary>
internal sealed class RedisUnavailableException(string message, bool isMissingRight = false) : Exception(message)
{
    /// <summary>Whether it was answered that the user may not do that.</summary>
    public bool IsMissingRight => isMissingRight;
}
