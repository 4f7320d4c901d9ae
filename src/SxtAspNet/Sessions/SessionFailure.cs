namespace SxtAspNet.Sessions;

/// <summary>The last attempt's failure, which all requests share until the next attempt.</summary>
internal sealed record SessionFailure(SxtAuthenticationException Cause, int Count, long RetryAt)
{
    /// <summary>A new exception for one caller: an exception object that many rethrow loses its stack.</summary>
    public SxtAuthenticationException ToException(TimeSpan retryAfter) =>
        new(Cause.Reason, Cause.Message, Cause, retryAfter > TimeSpan.Zero ? retryAfter : TimeSpan.Zero);
}
