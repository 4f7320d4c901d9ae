namespace SxtAspNet;

/// <summary>
/// A caller's token could be neither accepted nor refused, because the gateway could not be asked: the failure of the
/// authentication's result, never thrown. A challenge answers it with 503, or with 429 when the
/// caller's address sent too many unknown tokens.
/// </summary>
public sealed class SxtValidationUnavailableException : Exception
{
    internal SxtValidationUnavailableException(SxtFailureReason reason, string message, TimeSpan retryAfter, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>The status that a challenge answers: 503, or 429 where the caller's address alone is over its limit.</summary>
    internal int StatusCode { get; init; } = 503;

    /// <summary>Why the gateway could not be asked.</summary>
    public SxtFailureReason Reason { get; }

    /// <summary>How long to wait before another attempt makes sense.</summary>
    public TimeSpan RetryAfter { get; }
}
