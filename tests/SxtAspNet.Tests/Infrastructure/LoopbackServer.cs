using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>A web server on the loopback address that remembers what it was asked.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];

    private LoopbackServer(RequestDelegate answer, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocols));
        _app = builder.Build();
        _app.Run(context =>
        {
            var authorization = context.Request.Headers.Authorization;
            _requests.Enqueue(new RecordedRequest(
                new Uri(BaseAddress, context.Request.Path), authorization.Count == 0 ? null : authorization.ToString()));
            return answer(context);
        });
    }

    public Uri BaseAddress => new(_app.Urls.Single());

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public static async Task<LoopbackServer> StartAsync(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var server = new LoopbackServer(answer, protocols);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public static Task<LoopbackServer> StartAsync(int status) => StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
