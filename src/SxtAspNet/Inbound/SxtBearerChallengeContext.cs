using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>
/// A challenge is about to be sent: 401, 503 when the token could not be validated, or 429 when the
/// caller's address sent too many unknown ones. All that it says can be changed.
/// </summary>
public sealed class SxtBearerChallengeContext : PropertiesContext<SxtBearerOptions>
{
    /// <summary>Makes a context; the scheme does it, and a test of an app's events may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="options">The scheme's options.</param>
    /// <param name="properties">The properties that the challenge was asked for with.</param>
    public SxtBearerChallengeContext(
        HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options, AuthenticationProperties properties)
        : base(context, scheme, options, properties)
    {
    }

    /// <summary>Why the caller was not authenticated; <see langword="null"/> when it presented no token.</summary>
    public Exception? AuthenticateFailure { get; init; }

    /// <summary>The status of the answer: 401, 429 or 503. A WWW-Authenticate header goes with 401 only.</summary>
    public int StatusCode { get; set; } = StatusCodes.Status401Unauthorized;

    /// <summary>When to try again, for the Retry-After header; sent in whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>The error parameter of the WWW-Authenticate header (RFC 6750, section 3).</summary>
    public string? Error { get; set; }

    /// <summary>The error_description parameter: for the person who reads it.</summary>
    public string? ErrorDescription { get; set; }

    /// <summary>The error_uri parameter: a page about the error.</summary>
    public string? ErrorUri { get; set; }

    /// <summary>Whether the app answered the request itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Says that the app answered the request itself: nothing is added to its answer.</summary>
    public void HandleResponse() => Handled = true;
}
