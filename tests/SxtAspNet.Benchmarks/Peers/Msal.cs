using System.Net;
using System.Text;
using Microsoft.Identity.Client;

namespace SxtAspNet.Benchmarks.Peers;

/// <summary>MSAL's AcquireTokenForClient, which answers from its cache after the first time.</summary>
internal static class Msal
{
    private static readonly string[] Scopes = ["https://api.spaceandtime.app/.default"];

    public static Func<CancellationToken, ValueTask<string>> Create(string token)
    {
        var app = ConfidentialClientApplicationBuilder.Create("5f1e2a6c-6f0c-4a43-9b6a-7f3c9f3f2d10")
            .WithClientSecret("not a secret")
            .WithAuthority("https://login.microsoftonline.com/0d9f6f2e-5d0a-4c5b-8b57-0c5a3c1b2a19/")
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(new Login(token))
            .Build();
        return async cancellationToken =>
            (await app.AcquireTokenForClient(Scopes).ExecuteAsync(cancellationToken).ConfigureAwait(false)).AccessToken;
    }

    private sealed class Login(string token) : IMsalHttpClientFactory
    {
        private readonly HttpClient _client = new(new Answer(token));

        public HttpClient GetHttpClient() => _client;
    }

    private sealed class Answer(string token) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    $$"""{"token_type":"Bearer","expires_in":86400,"access_token":"{{token}}"}""", Encoding.UTF8, "application/json"),
            });
    }
}
