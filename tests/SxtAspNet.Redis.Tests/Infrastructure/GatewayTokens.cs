using System.Collections.Concurrent;
using System.Text.Json;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>The tokens that the gateway granted, as they were on the wire.</summary>
internal sealed class GatewayTokens
{
    private readonly ConcurrentQueue<string> _access = [];
    private readonly ConcurrentQueue<string> _refresh = [];

    public IReadOnlyCollection<string> Access => _access;

    public IReadOnlyCollection<string> Refresh => _refresh;

    public HttpMessageHandler Observe(HttpMessageHandler inner) => new Observer(this, inner);

    private sealed class Observer(GatewayTokens tokens, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode && request.RequestUri!.AbsolutePath is "/v1/auth/token" or "/v1/auth/refresh")
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
                tokens._access.Enqueue(answer.RootElement.GetProperty("accessToken").GetString()!);
                tokens._refresh.Enqueue(answer.RootElement.GetProperty("refreshToken").GetString()!);
            }

            return response;
        }
    }
}
