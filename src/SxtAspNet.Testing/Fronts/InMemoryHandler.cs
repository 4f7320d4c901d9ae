using System.Net;
using System.Net.Sockets;
using SxtAspNet.Testing.Core;

namespace SxtAspNet.Testing.Fronts;

/// <summary>The gateway as the innermost handler of an <see cref="HttpClient"/>.</summary>
internal sealed class InMemoryHandler(GatewayCore core, Uri baseAddress) : HttpMessageHandler
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckOrigin(request);
        using var body = new MemoryStream();
        request.Content?.CopyTo(body, context: null, cancellationToken);
        ValueTask<GatewayReply?> reply = ProcessAsync(ToGateway(request, body), cancellationToken);
        return FromGateway(request, reply.AsTask().GetAwaiter().GetResult());
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckOrigin(request);
        using var body = new MemoryStream();
        if (request.Content is not null)
        {
            await request.Content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
        }

        GatewayRequest call = ToGateway(request, body);
        return FromGateway(request, await ProcessAsync(call, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<GatewayReply?> ProcessAsync(GatewayRequest call, CancellationToken cancellationToken) =>
        await core.ConnectAsync(cancellationToken).ConfigureAwait(false)
            ? await core.ProcessAsync(call, cancellationToken).ConfigureAwait(false)
            : null;

    private void CheckOrigin(HttpRequestMessage request)
    {
        Uri uri = request.RequestUri is { IsAbsoluteUri: true } absolute
            ? absolute
            : throw new InvalidOperationException("The request has no absolute URI; set the client's BaseAddress.");
        if (!uri.IdnHost.Equals(baseAddress.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError,
                $"No such host: {uri.IdnHost}. The gateway emulator is {baseAddress} and knows no other.");
        }

        if (uri.Scheme != baseAddress.Scheme || uri.Port != baseAddress.Port)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"Connection refused: {uri.GetLeftPart(UriPartial.Authority)}. The gateway emulator is {baseAddress}.");
        }
    }

    private static GatewayRequest ToGateway(HttpRequestMessage request, MemoryStream body) => new()
    {
        Method = request.Method.Method,
        Path = request.RequestUri!.AbsolutePath,
        Query = request.RequestUri.Query,
        Authorization = Header(request, "Authorization"),
        ApiKey = Header(request, "apikey"),
        ContentType = request.Content?.Headers.ContentType?.ToString(),
        Body = body.Length > GatewayRequest.MaxBodySize ? null : body.ToArray(),
    };

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private HttpResponseMessage FromGateway(HttpRequestMessage request, GatewayReply? reply)
    {
        if (reply is { Ending: AnswerEnding.Reset })
        {
            throw new HttpRequestException(
                "The connection to the gateway was reset.",
                new IOException("The connection was reset.", new SocketException((int)SocketError.ConnectionReset)));
        }

        if (reply is null or { Ending: AnswerEnding.InHeaders })
        {
            throw new HttpRequestException(
                HttpRequestError.ResponseEnded,
                "The connection to the gateway was dropped.",
                new IOException("The response ended prematurely."));
        }

        var response = new HttpResponseMessage((HttpStatusCode)reply.Status)
        {
            RequestMessage = request,
            Content = reply is { Ending: AnswerEnding.Complete, Pause.Ticks: 0 }
                ? new ByteArrayContent(reply.Body)
                : new StreamContent(new SlowBody(core, reply)) { Headers = { ContentLength = reply.Body.Length } },
        };

        // As text, since a typed Date would keep the milliseconds that the wire does not carry.
        if (reply.Date is not null)
        {
            response.Headers.TryAddWithoutValidation("Date", reply.DateText);
        }

        if (reply.ContentType is not null)
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Type", reply.ContentType);
        }

        foreach ((string name, string value) in reply.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }
}
