using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SxtAspNet.Tests.Gateway.Wire;

/// <summary>Answers whatever comes over a connection with the same bytes, and ends it: a proxy, or something that speaks no HTTP.</summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;
    private readonly Task _running;

    public CannedServer(string answer)
    {
        _answer = Encoding.ASCII.GetBytes(answer);
        _listener.Start();
        _running = RunAsync();
    }

    public Uri Uri => new($"http://{_listener.LocalEndpoint}/");

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptSocketAsync();
                await connection.ReceiveAsync(buffer);
                await connection.SendAsync(_answer);
                connection.Shutdown(SocketShutdown.Send);
                while (await connection.ReceiveAsync(buffer) > 0)
                {
                }
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Stopped; or the caller was faster.
        }
    }
}
