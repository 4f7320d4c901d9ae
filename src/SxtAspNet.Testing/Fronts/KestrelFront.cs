using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
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
    private readonly WebApplication? _services;

    private KestrelFront(GatewayCore core, X509Certificate2? certificate, int port)
    {
        _core = core;
        var options = new KestrelServerOptions { AddServerHeader = false };
        if (certificate is not null)
        {
            // Kestrel's TLS takes services of its own out of a host, here one that reads nothing and is never started.
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
            builder.Services.AddLogging();
            _services = builder.Build();
            options.ApplicationServices = _services.Services;
        }

        options.Listen(IPAddress.Loopback, port, listen =>
        {
            // One call after the other on a connection, which a fault can break without breaking others.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => ConnectAsync(connection, next));
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        });

        // Larger bodies are the gateway's to refuse, so that the refusal looks like the gateway's.
        options.Limits.MaxRequestBodySize = null;
        _server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    public Uri BaseAddress => new(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public static async Task<KestrelFront> StartAsync(
        GatewayCore core, X509Certificate2? certificate, int port, CancellationToken cancellationToken)
    {
        var front = new KestrelFront(core, certificate, port);
        try
        {
            await front._server.StartAsync(front, cancellationToken).ConfigureAwait(false);
            return front;
        }
        catch (Exception failure)
        {
            await front.CloseAsync().ConfigureAwait(false);

            // Kestrel makes an IOException of a taken port only.
            if (failure is SocketException)
            {
                throw new IOException($"Failed to bind to port {port.ToString(CultureInfo.InvariantCulture)} of the loopback address: {failure.Message}.", failure);
            }

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

            await (reply.Ending switch
            {
                AnswerEnding.Complete => WriteAsync(context, reply),
                AnswerEnding.Reset => ResetAsync(context),
                _ => WriteHalfAsync(context, reply),
            }).ConfigureAwait(false);
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
        await CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        _server.Dispose();
        if (_services is not null)
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (await _core.ConnectAsync(connection.ConnectionClosed).ConfigureAwait(false))
            {
                connection.Features.Set(new Wire(connection.Transport));
                await next(connection).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (connection.ConnectionClosed.IsCancellationRequested)
        {
            // The caller has gone.
        }
    }

    private static Task ResetAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
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
            // What was written before is sent first, which ending the socket itself would not wait for.
            await context.Features.GetRequiredFeature<Wire>().Transport.Output.CompleteAsync().ConfigureAwait(false);
            await closed.Task.ConfigureAwait(false);
        }

        context.Abort();
    }

    /// <summary>Writes past Kestrel, which would not send an answer that is not complete.</summary>
    private static async Task WriteHalfAsync(HttpContext context, GatewayReply reply)
    {
        string headers = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {reply.Status} -\r\nDate: {reply.DateText}\r\nContent-Length: {reply.Body.Length}\r\nContent-Type: {reply.ContentType}");
        PipeWriter output = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        output.Write(Encoding.ASCII.GetBytes(headers));
        if (reply.Ending == AnswerEnding.InBody)
        {
            output.Write("\r\n\r\n"u8);
            output.Write(reply.SentBody.Span);
        }

        await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        await DropAsync(context).ConfigureAwait(false);
    }

    private static async Task<GatewayRequest> ReadAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return new()
        {
            Method = context.Request.Method,
            Path = target.StartsWith('/') ? target.Split('?')[0] : context.Request.Path.ToUriComponent(),
            Query = context.Request.QueryString.Value ?? "",
            Authorization = context.Request.Headers.Authorization is { Count: > 0 } values ? values.ToString() : null,
            ApiKey = context.Request.Headers["apikey"] is { Count: > 0 } apiKeys ? apiKeys.ToString() : null,
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

    private async Task WriteAsync(HttpContext context, GatewayReply reply)
    {
        HttpResponse response = context.Response;
        response.StatusCode = reply.Status;

        // Kestrel puts its own clock where there is no Date yet, so none at all is an empty one.
        response.Headers.Date = reply.DateText;
        response.ContentType = reply.ContentType;
        foreach ((string name, string value) in reply.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (reply.Status is >= 200 and not (204 or 205 or 304))
        {
            response.ContentLength = reply.Body.Length;
            if (reply.Pause == TimeSpan.Zero)
            {
                await response.Body.WriteAsync(reply.Body).ConfigureAwait(false);
            }
            else
            {
                await TrickleAsync(context, reply).ConfigureAwait(false);
            }
        }
    }

    private async Task TrickleAsync(HttpContext context, GatewayReply reply)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        for (int i = 0; i < reply.Body.Length; i++)
        {
            if (!await _core.DelayAsync(reply.Pause, context.RequestAborted).ConfigureAwait(false))
            {
                context.Abort();
                return;
            }

            await context.Response.Body.WriteAsync(reply.Body.AsMemory(i, 1), context.RequestAborted).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>The connection below TLS.</summary>
    private sealed record Wire(IDuplexPipe Transport);
}
