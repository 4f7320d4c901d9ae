using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WebFarm.Processes;

/// <summary>Sends single commands to a Redis-protocol server on the loopback address, each over a connection of its own.</summary>
public static class RedisCommands
{
    private const byte LineFeed = (byte)'\n';

    /// <summary>Sends a command.</summary>
    /// <returns>The answer: a string, a list of strings as its lines, or <see langword="null"/>.</returns>
    /// <exception cref="InvalidOperationException">The server refuses it.</exception>
    /// <exception cref="SocketException">There is no server.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<string?> SendAsync(int port, CancellationToken cancellationToken, params string[] command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await using var stream = new BufferedStream(client.GetStream());
        var request = new StringBuilder($"*{command.Length}\r\n");
        foreach (var argument in command)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(argument)}\r\n{argument}\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        return await ReadAsync(stream, cancellationToken);
    }

    private static async Task<string?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(stream, cancellationToken);
        var rest = line[1..];
        switch (line[0])
        {
            case '-':
                throw new InvalidOperationException($"The cache refuses: {rest}");
            case '$':
                var length = int.Parse(rest, CultureInfo.InvariantCulture);
                if (length < 0)
                {
                    return null;
                }

                var text = new byte[length + 2];
                await stream.ReadExactlyAsync(text, cancellationToken);
                return Encoding.UTF8.GetString(text.AsSpan(0, length));
            case '*':
                var parts = new string?[Math.Max(0, int.Parse(rest, CultureInfo.InvariantCulture))];
                for (var index = 0; index < parts.Length; index++)
                {
                    parts[index] = await ReadAsync(stream, cancellationToken);
                }

                return string.Join('\n', parts);
            default:
                return rest;
        }
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var next = new byte[1];
        do
        {
            await stream.ReadExactlyAsync(next, cancellationToken);
            line.Add(next[0]);
        }
        while (next[0] != LineFeed);

        return Encoding.UTF8.GetString([.. line]).TrimEnd();
    }
}
