namespace SxtAspNet.Sessions;

/// <summary>The last attempt's failure, which all requests share until the next attempt.</summary>
/// <param name="Cause">Why it failed.</param>
/// <param name="Count">Failed attempts in a row.</param>
/// <param name="RetryAt">When the next attempt is, as long as there is a usable token.</param>
/// <param name="UrgentRetryAt">When it is without one.</param>
internal sealed record SessionFailure(SxtAuthenticationException Cause, int Count, long RetryAt, long UrgentRetryAt)
{
    private static readonly TimeSpan ShortestRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>A new exception for one caller: an exception object that many rethrow loses its stack.</summary>
    public SxtAuthenticationException ToException(TimeSpan retryAfter) =>
        new(Cause.Reason, Cause.Message, Cause, retryAfter > ShortestRetryAfter ? retryAfter : ShortestRetryAfter);
}
