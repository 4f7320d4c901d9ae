using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Outbound;

/// <summary>When no token can be had, the app is unavailable (503): that is neither its caller's fault nor a bug.</summary>
internal sealed class SxtExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // A resilience pipeline or a generated client may have wrapped it.
        var cause = exception;
        while (cause is not SxtAuthenticationException and { InnerException: not null })
        {
            cause = cause.InnerException;
        }

        if (cause is not SxtAuthenticationException failure)
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        if (failure.RetryAfter is { } retryAfter)
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (httpContext.RequestServices.GetService<IProblemDetailsService>() is { } problems)
        {
            // Not the failure's message: it names the user, the gateway and the key's place, which are no caller's business.
            await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = httpContext,
                Exception = failure,
                ProblemDetails =
                {
                    Status = StatusCodes.Status503ServiceUnavailable,
                    Title = "Space and Time can't be asked at the moment.",
                    Detail = failure.Reason.ToString(),
                },
            }).ConfigureAwait(false);
        }

        // Handled also where the caller accepts no problem details: an answer without a body, not a 500.
        return true;
    }
}
