using System.Net;
using System.Net.Sockets;

namespace SxtAspNet.Tests.Gateway.Wire;

/// <summary>
/// An address that swallows connections, as a firewall does that drops packets: a listening socket that accepts nobody and
/// whose queue is full, so that the system answers no further attempt.
/// </summary>
internal sealed class BlackHole : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queue = [];

    public Uri Uri => new($"http://{_listener.LocalEndPoint}/");

    public static async Task<BlackHole> StartAsync()
    {
        var hole = new BlackHole();
        hole._listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        hole._listener.Listen(0);
        while (await hole.FillAsync())
        {
        }

        return hole;
    }

    public ValueTask DisposeAsync()
    {
        _queue.ForEach(socket => socket.Dispose());
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <returns><see langword="false"/>: the queue is full.</returns>
    private async Task<bool> FillAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _queue.Add(socket);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(_listener.LocalEndPoint!, limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
