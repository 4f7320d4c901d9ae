using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SxtAspNet.Testing.Core;

namespace SxtAspNet.Testing.Fronts;

/// <summary>
/// The gateway over HTTP. Kestrel without a host: a host would read the test's appsettings.json and environment, and
/// answer Ctrl+C in place of the app that the emulator runs in.
/// </summary>
internal sealed class KestrelFront : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly GatewayCore _core;
    private readonly KestrelServer _server;

    private KestrelFront(GatewayCore core)
    {
        _core = core;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port: 0);

        // Larger bodies are the gateway's to refuse, so that the refusal looks like the gateway's.
        options.Limits.MaxRequestBodySize = null;
        _server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    public Uri BaseAddress => new(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public static async Task<KestrelFront> StartAsync(GatewayCore core, CancellationToken cancellationToken)
    {
        var front = new KestrelFront(core);
        try
        {
            await front._server.StartAsync(front, cancellationToken).ConfigureAwait(false);
            return front;
        }
        catch
        {
            front._server.Dispose();
            throw;
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            GatewayRequest request = await ReadAsync(context).ConfigureAwait(false);
            GatewayReply? reply = await _core.ProcessAsync(request, context.RequestAborted).ConfigureAwait(false);
            if (reply is null)
            {
                await DropAsync(context).ConfigureAwait(false);
                return;
            }

            await WriteAsync(context.Response, reply).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody is left to answer.
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Cancelled: not waiting for callers who are slow to go.
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }

    /// <summary>
    /// Closes the connection as a server does that goes away in good order: the end of the stream (FIN) and no answer,
    /// after which <see cref="SocketsHttpHandler"/> resends a request without content. <see cref="HttpContext.Abort"/>
    /// alone would reset the connection (RST), after which it does not; so that waits until the caller has closed too.
    /// </summary>
    private static async Task DropAsync(HttpContext context)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (context.RequestAborted.Register(() => closed.TrySetResult()))
        {
            try
            {
                context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Send);
                await closed.Task.ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The caller was faster.
            }
        }

        context.Abort();
    }

    private static async Task<GatewayRequest> ReadAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return new()
        {
            Method = context.Request.Method,
            Path = target.StartsWith('/') ? target.Split('?')[0] : context.Request.Path.ToUriComponent(),
            Authorization = context.Request.Headers.Authorization is { Count: > 0 } values ? values.ToString() : null,
            ContentType = context.Request.ContentType,
            Body = await ReadBodyAsync(context.Request.Body, context.RequestAborted).ConfigureAwait(false),
        };
    }

    private static async Task<byte[]?> ReadBodyAsync(Stream body, CancellationToken cancellationToken)
    {
        using var read = new MemoryStream();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            read.Write(buffer, 0, count);
            if (read.Length > GatewayRequest.MaxBodySize)
            {
                return null;
            }
        }

        return read.ToArray();
    }

    private static async Task WriteAsync(HttpResponse response, GatewayReply reply)
    {
        response.StatusCode = reply.Status;

        // Kestrel puts its own clock only where there is no Date yet.
        response.Headers.Date = reply.Date.ToString("R", CultureInfo.InvariantCulture);
        response.ContentType = reply.ContentType;
        foreach ((string name, string value) in reply.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (reply.Status is >= 200 and not (204 or 205 or 304))
        {
            response.ContentLength = reply.Body.Length;
            await response.Body.WriteAsync(reply.Body).ConfigureAwait(false);
        }
    }
}
