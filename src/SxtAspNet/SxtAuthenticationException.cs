using System.Net;

namespace SxtAspNet;

/// <summary>
/// No access token could be had, so the request was not sent. It is an <see cref="HttpRequestException"/> with
/// <see cref="HttpRequestError.UserAuthenticationError"/> and without a status code, so code that handles failed
/// requests handles this failure too. Its message never holds a token, a key or a signature.
/// </summary>
public class SxtAuthenticationException : HttpRequestException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why no access token could be had.</param>
    /// <param name="message">What failed, for whom, and what to do next; it must not hold a secret.</param>
    /// <param name="innerException">The cause, if any.</param>
    /// <param name="retryAfter">How long to wait before another attempt makes sense, if known.</param>
    public SxtAuthenticationException(
        SxtFailureReason reason, string message, Exception? innerException = null, TimeSpan? retryAfter = null)
        : base(HttpRequestError.UserAuthenticationError, message, innerException, statusCode: null)
    {
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>Why no access token could be had.</summary>
    public SxtFailureReason Reason { get; }

    /// <summary>How long to wait before another attempt makes sense; <see langword="null"/> when not known.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The status of the answer that this came from; <see langword="null"/>: there was no answer.</summary>
    internal HttpStatusCode? AnswerStatus { get; init; }

    /// <summary>Whether another instance may succeed where this one failed: a key that it could not open here may have been the right one.</summary>
    internal bool IsLocal
    {
        get => field || Reason is SxtFailureReason.KeyUnavailable;
        init;
    }
}
