using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>
/// A token was refused (<see cref="SxtTokenRefusedException"/>) or could not be validated
/// (<see cref="SxtValidationUnavailableException"/>). A result that is set here takes the failure's place.
/// </summary>
public sealed class SxtBearerAuthenticationFailedContext : ResultContext<SxtBearerOptions>
{
    internal SxtBearerAuthenticationFailedContext(
        HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options, Exception exception)
        : base(context, scheme, options) => Exception = exception;

    /// <summary>What went wrong; its message never holds the token.</summary>
    public Exception Exception { get; }
}
