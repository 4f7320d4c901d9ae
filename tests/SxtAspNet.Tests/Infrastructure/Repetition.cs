using System.Net;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>Sends a request twice, and changes something in between.</summary>
internal sealed class SecondAttempt(Action<HttpRequestMessage> between) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        (await base.SendAsync(request, cancellationToken)).Dispose();
        between(request);
        return await base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Sends whatever fails again, as an app may have it for all of its clients.</summary>
internal sealed class RetryingHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                if (response.StatusCode < HttpStatusCode.InternalServerError || attempt == 3)
                {
                    return response;
                }

                response.Dispose();
            }
            catch (HttpRequestException) when (attempt < 3)
            {
            }
        }
    }
}
