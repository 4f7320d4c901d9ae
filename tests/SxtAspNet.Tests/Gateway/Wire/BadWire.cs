using System.Net;
using System.Security.Cryptography.X509Certificates;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Gateway.Wire;

/// <summary>One way in which a call can fail, staged over real sockets.</summary>
internal sealed class BadWire : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _disposals = [];

    private BadWire(HttpMessageHandler handler, Uri? gateway = null)
    {
        Handler = handler;
        Gateway = gateway ?? new Uri("https://gateway.test/");
    }

    public HttpMessageHandler Handler { get; }

    public Uri Gateway { get; private init; }

    /// <summary>All rows; docs/operations.md has them too.</summary>
    public static readonly IReadOnlyList<BadWireRow> Rows =
    [
        new("nobody listens at the address", SxtFailureReason.GatewayUnreachable, true, "connection refused",
            async () =>
            {
                await using var gone = new CannedServer("");
                return new BadWire(Sockets(), gone.Uri);
            }),
        new("packets are dropped while connecting", SxtFailureReason.GatewayUnreachable, true, "no answer while connecting within",
            async () =>
            {
                var hole = await BlackHole.StartAsync();
                return new BadWire(Sockets(), hole.Uri).With(hole);
            }),
        new("packets are dropped during the TLS handshake", SxtFailureReason.GatewayUnreachable, true, "no answer while connecting within",
            async () => await HttpsAsync(SxtGatewayCertificate.Valid, isTrusted: true, SxtGatewayFault.Silence())),
        new("no answer comes to a request", SxtFailureReason.GatewayUnreachable, false, "did not answer within",
            () => HttpAsync(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan))),
        new("an answer trickles beyond the time limit", SxtFailureReason.GatewayUnreachable, false, "did not answer within",
            () => HttpAsync(SxtGatewayFault.Trickle(TimeSpan.FromMilliseconds(200)))),
        new("the connection is reset", SxtFailureReason.GatewayUnreachable, true, "the connection was reset",
            () => HttpAsync(SxtGatewayFault.ResetBefore())),
        new("the connection ends before the answer", SxtFailureReason.GatewayUnreachable, true, "the connection ended before the answer did",
            () => HttpAsync(SxtGatewayFault.DropBefore())),
        new("the connection ends in the answer's headers", SxtFailureReason.GatewayUnreachable, true, "the connection ended before the answer did",
            () => HttpAsync(SxtGatewayFault.DropInHeaders())),
        new("the connection ends in the answer's body", SxtFailureReason.GatewayUnreachable, true, "the connection ended before the answer did",
            () => HttpAsync(SxtGatewayFault.DropInBody())),
        new("the name is not known", SxtFailureReason.GatewayUnreachable, true, "the name can't be resolved",
            () => Task.FromResult(new BadWire(Sockets(), new Uri("http://gateway.invalid/")))),
        new("the proxy asks for authentication", SxtFailureReason.GatewayUnreachable, true, "the proxy asks for authentication (407)",
            () => ThroughProxyAsync("407 Proxy Authentication Required", new Uri("https://gateway.test/"))),
        new("the proxy asks for authentication, without TLS", SxtFailureReason.GatewayUnreachable, true, "the proxy asks for authentication (status 407)",
            () => ThroughProxyAsync("407 Proxy Authentication Required", new Uri("http://gateway.test/"))),
        new("the proxy can't reach the gateway", SxtFailureReason.GatewayUnreachable, true, "the proxy refused the connection (502)",
            () => ThroughProxyAsync("502 Bad Gateway", new Uri("https://gateway.test/"))),
        new("the proxy can't reach the gateway, without TLS", SxtFailureReason.GatewayUnreachable, true, "the gateway failed (status 502)",
            () => ThroughProxyAsync("502 Bad Gateway", new Uri("http://gateway.test/"))),
        new("the certificate is not trusted", SxtFailureReason.GatewayUnreachable, true, "the certificate is not trusted",
            () => HttpsAsync(SxtGatewayCertificate.Valid, isTrusted: false)),
        new("the certificate is expired", SxtFailureReason.GatewayUnreachable, true, "the certificate is expired, or not valid yet",
            () => HttpsAsync(SxtGatewayCertificate.Expired, isTrusted: true)),
        new("the certificate is of another name", SxtFailureReason.GatewayUnreachable, true, "the certificate is of another name",
            () => HttpsAsync(SxtGatewayCertificate.OtherName, isTrusted: true)),
        new("no TLS is spoken there", SxtFailureReason.GatewayUnreachable, true, "TLS could not be negotiated",
            () => CannedAsync("HTTP/1.1 400 Bad Request\r\n\r\n", "https")),
        new("no HTTP is spoken there", SxtFailureReason.BadAnswer, false, "what answers there does not speak HTTP",
            () => CannedAsync("SSH-2.0-OpenSSH_9.2\r\n", "http")),
        new("something in between refuses the call with a web page", SxtFailureReason.BadAnswer, false, "answered with a web page",
            () => CannedAsync("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html></html>", "http")),
        new("`BackchannelHttpHandler` throws", SxtFailureReason.GatewayUnreachable, true, "BackchannelHttpHandler failed with InvalidOperationException",
            () => Task.FromResult(new BadWire(BadHandler.Throwing(quoted => new InvalidOperationException(quoted))))),
        new("`BackchannelHttpHandler` is disposed", SxtFailureReason.GatewayUnreachable, true, "BackchannelHttpHandler failed with ObjectDisposedException",
            () =>
            {
                var handler = Sockets();
                handler.AllowAutoRedirect = handler.UseCookies = false;
                handler.Dispose();
                return Task.FromResult(new BadWire(handler));
            }),
        new("`BackchannelHttpHandler` gives up by itself", SxtFailureReason.GatewayUnreachable, true, "BackchannelHttpHandler failed with OperationCanceledException",
            () => Task.FromResult(new BadWire(BadHandler.Throwing(quoted => new OperationCanceledException(quoted))))),
        new("`BackchannelHttpHandler` throws a `TimeoutException`", SxtFailureReason.GatewayUnreachable, true, "BackchannelHttpHandler failed with TimeoutException",
            () => Task.FromResult(new BadWire(BadHandler.Throwing(quoted => new TimeoutException(quoted))))),
        new("`BackchannelHttpHandler` ignores the time limit", SxtFailureReason.GatewayUnreachable, false, "did not answer within",
            () => Task.FromResult(new BadWire(new BadHandler(_ => new TaskCompletionSource<HttpResponseMessage>().Task)))),
        new("`BackchannelHttpHandler` blocks its thread", SxtFailureReason.GatewayUnreachable, false, "did not answer within",
            () =>
            {
                var gate = new ManualResetEventSlim();
                var handler = new BadHandler(_ =>
                {
                    gate.Wait();
                    throw new IOException();
                });
                return Task.FromResult(new BadWire(handler).With(() =>
                {
                    gate.Set();
                    return ValueTask.CompletedTask;
                }));
            }),
    ];

    public async ValueTask DisposeAsync()
    {
        while (_disposals.TryPop(out var dispose))
        {
            await dispose();
        }
    }

    private static SocketsHttpHandler Sockets() => new() { UseProxy = false, ConnectTimeout = TimeSpan.FromMilliseconds(200) };

    private static async Task<BadWire> HttpAsync(SxtGatewayFault fault)
    {
        var gateway = await SxtGatewayEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        gateway.InjectFault(fault);
        return new BadWire(Sockets(), gateway.BaseAddress).With(gateway);
    }

    private static async Task<BadWire> HttpsAsync(SxtGatewayCertificate certificate, bool isTrusted, SxtGatewayFault? fault = null)
    {
        var gateway = await SxtGatewayEmulator.StartHttpsAsync(certificate, cancellationToken: TestContext.Current.CancellationToken);
        if (fault is not null)
        {
            gateway.InjectFault(fault);
        }

        var handler = Sockets();
        if (isTrusted)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { gateway.Certificate! },
            };
        }

        // A handshake takes longer than the black hole is given, when the machine is busy.
        handler.ConnectTimeout = TimeSpan.FromSeconds(fault is null ? 10 : 0.3);
        return new BadWire(handler, gateway.BaseAddress).With(gateway);
    }

    private static Task<BadWire> CannedAsync(string answer, string scheme)
    {
        var server = new CannedServer(answer);
        var handler = Sockets();
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        return Task.FromResult(new BadWire(handler, new UriBuilder(server.Uri) { Scheme = scheme }.Uri).With(server));
    }

    /// <summary>The proxy's URL holds a password, as it does where a proxy wants one.</summary>
    private static Task<BadWire> ThroughProxyAsync(string status, Uri gateway)
    {
        var proxy = new CannedServer($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var handler = Sockets();
        handler.UseProxy = true;
        handler.Proxy = new WebProxy(new UriBuilder(proxy.Uri) { UserName = "proxy-user", Password = BadWireRow.ProxyPassword }.Uri);
        return Task.FromResult(new BadWire(handler, gateway).With(proxy));
    }

    private BadWire With(IAsyncDisposable part) => With(part.DisposeAsync);

    private BadWire With(Func<ValueTask> dispose)
    {
        _disposals.Push(dispose);
        return this;
    }
}

/// <summary>What is to come of it.</summary>
/// <param name="Name">The way in which the call fails.</param>
/// <param name="Reason">Our reason.</param>
/// <param name="IsRepeated">Whether a call that may be repeated is.</param>
/// <param name="Message">What the message says, among other things.</param>
/// <param name="StageAsync">Stages it.</param>
internal sealed record BadWireRow(
    string Name, SxtFailureReason Reason, bool IsRepeated, string Message, Func<Task<BadWire>> StageAsync)
{
    public const string ProxyPassword = "proxy-password";

    /// <summary>The row of the table in docs/operations.md.</summary>
    public string Documented => $"| {Name} | `{Reason}` | {(IsRepeated ? "yes" : "no")} | {Message} |";
}
