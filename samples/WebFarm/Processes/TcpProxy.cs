using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace WebFarm.Processes;

/// <summary>A link of the loopback address that can be cut, refused, silent or slow.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Link> _links = [];
    private Socket _listener;
    private TaskCompletionSource _isTransparent = Completed();
    private long _delayTicks;
    private int _accepted;

    private TcpProxy(int target)
    {
        Target = target;
        _listener = Bind(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>The port that new connections lead to, as a name that moves from one server to another.</summary>
    public int Target { get; set; }

    /// <summary>The connection string for StackExchange.Redis.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>How long bytes on their way to the server are held.</summary>
    public TimeSpan Delay
    {
        get => new(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, value.Ticks);
    }

    /// <summary>How many connections there were, ended ones included.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections there are.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _links.Count;
            }
        }
    }

    public static TcpProxy Start(int target)
    {
        var proxy = new TcpProxy(target);
        proxy.Accept();
        return proxy;
    }

    /// <summary>Ends all connections by a reset; new ones are welcome.</summary>
    public void Cut()
    {
        Link[] links;
        lock (_gate)
        {
            links = [.. _links];
        }

        foreach (var link in links)
        {
            link.Dispose();
        }
    }

    /// <summary>Ends all connections and refuses new ones, until <see cref="Accept"/>.</summary>
    public void Refuse()
    {
        // Bound, not listening: connections are refused, and nobody else gets the port meanwhile.
        _listener.Dispose();
        _listener = Bind(Port);
        Cut();
    }

    public void Accept()
    {
        _listener.Dispose();
        _listener = Bind(Port);
        _listener.Listen();
        _ = AcceptAsync(_listener);
    }

    /// <summary>Holds all bytes, of new connections too, until <see cref="Speak"/>.</summary>
    public void FallSilent() => _isTransparent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets all bytes pass, those that were held first.</summary>
    public void Speak() => _isTransparent.TrySetResult();

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                var link = new Link(client);
                lock (_gate)
                {
                    _links.Add(link);
                }

                _ = RunAsync(link);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It listens no more.
        }
    }

    private async Task RunAsync(Link link)
    {
        try
        {
            await link.Server.ConnectAsync(IPAddress.Loopback, Target);
            await await Task.WhenAny(
                ForwardAsync(link.Client, link.Server, () => Delay),
                ForwardAsync(link.Server, link.Client, () => TimeSpan.Zero));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The link is cut, or the server gone: the other end shall see that too.
        }
        finally
        {
            link.Dispose();
            lock (_gate)
            {
                _links.Remove(link);
            }
        }
    }

    private async Task ForwardAsync(Socket from, Socket to, Func<TimeSpan> delay)
    {
        var chunks = Channel.CreateUnbounded<(byte[] Bytes, long Due)>();
        await await Task.WhenAny(ReadAsync(), WriteAsync());

        async Task ReadAsync()
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                var due = Stopwatch.GetTimestamp() + (long)(delay().TotalSeconds * Stopwatch.Frequency);
                await chunks.Writer.WriteAsync((buffer[..count], due));
            }
        }

        async Task WriteAsync()
        {
            await foreach (var (bytes, due) in chunks.Reader.ReadAllAsync())
            {
                var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest);
                }

                await _isTransparent.Task;
                for (var sent = 0; sent < bytes.Length;)
                {
                    sent += await to.SendAsync(bytes.AsMemory(sent));
                }
            }
        }
    }

    private sealed class Link : IDisposable
    {
        public Link(Socket client) => (Client, Server) = (Prepared(client), Prepared(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)));

        public Socket Client { get; }

        public Socket Server { get; }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }

        private static Socket Prepared(Socket socket)
        {
            // Closing resets the connection, and leaves nothing behind that keeps the port.
            socket.LingerState = new LingerOption(true, 0);
            socket.NoDelay = true;
            return socket;
        }
    }
}
