using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using SxtAspNet;

namespace WebApi;

/// <summary>When no token can be had, this app is unavailable (503): neither its caller's fault nor a bug.</summary>
public sealed class SxtExceptionHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not SxtAuthenticationException failure)
        {
            return new(false);
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        if (failure.RetryAfter is { } retryAfter)
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Title = "Space and Time can't be asked at the moment.", Detail = failure.Reason.ToString() },
        });
    }
}
