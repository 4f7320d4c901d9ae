using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>
/// A token was refused (<see cref="SxtTokenRefusedException"/>) or could not be validated
/// (<see cref="SxtValidationUnavailableException"/>). A result that is set here takes the failure's place.
/// </summary>
public sealed class SxtBearerAuthenticationFailedContext : ResultContext<SxtBearerOptions>
{
    /// <summary>Makes a context; the scheme does it, and a test of an app's events may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="options">The scheme's options.</param>
    /// <param name="exception">What went wrong.</param>
    public SxtBearerAuthenticationFailedContext(
        HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options, Exception exception)
        : base(context, scheme, options)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Exception = exception;
    }

    /// <summary>What went wrong; its message never holds the token.</summary>
    public Exception Exception { get; }
}
