using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>Carries the requests of Azure's client to the loopback address, whatever host they name.</summary>
internal static class VaultTransport
{
    public static HttpPipelineTransport Create(
        Func<string, CancellationToken, ValueTask<Stream>> dial, Func<X509Certificate?, bool>? isTrusted = null) =>
        new HttpClientTransport(new HttpClient(CreateHandler(dial, isTrusted)));

    public static HttpMessageHandler CreateHandler(
        Func<string, CancellationToken, ValueTask<Stream>> dial, Func<X509Certificate?, bool>? isTrusted) => new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (context, cancellationToken) => dial(context.DnsEndPoint.Host, cancellationToken),
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => isTrusted?.Invoke(certificate) ?? false },
        };

    public static async ValueTask<Stream> DialAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
