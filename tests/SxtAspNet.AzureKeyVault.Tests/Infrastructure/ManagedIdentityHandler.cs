using System.Net;
using System.Net.Http.Json;
using System.Web;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>
/// Answers in the place of the service that gives the programs of a virtual machine in Azure their tokens, for one identity.
/// </summary>
internal sealed class ManagedIdentityHandler(string clientId, string token, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.Host != "169.254.169.254")
        {
            return base.SendAsync(request, cancellationToken);
        }

        // Whoever sends no such header may have been led here.
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        return Task.FromResult(!request.Headers.Contains("Metadata")
            ? Answer(HttpStatusCode.BadRequest, new { error = "invalid_request", error_description = "Required metadata header not specified" })
            : query["client_id"] != clientId
            ? Answer(HttpStatusCode.BadRequest, new { error = "invalid_request", error_description = "Identity not found" })
            : Answer(HttpStatusCode.OK, new { access_token = token, expires_in = "3600", resource = query["resource"], token_type = "Bearer" }));
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, object body) => new(status) { Content = JsonContent.Create(body) };
}
