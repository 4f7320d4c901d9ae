using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace WebFarm.Processes;

/// <summary>A real Redis-protocol server in a process of its own, empty at each start, on a free loopback port.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    public const string ProgramName = "redis-server";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Func<int, ProcessStartInfo> _startInfo;
    private Process? _process;

    private RedisServer(Func<int, ProcessStartInfo> startInfo, int port) => (_startInfo, Port) = (startInfo, port);

    /// <summary>The path of an installed redis-server; <see langword="null"/>: there is none.</summary>
    public static string? InstalledProgram { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, ProgramName))
        .FirstOrDefault(File.Exists);

    public int Port { get; }

    /// <summary>The connection string for StackExchange.Redis.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>Starts garnet-server, the .NET tool of this repository's tool manifest.</summary>
    public static Task<RedisServer> StartGarnetAsync(CancellationToken cancellationToken = default) =>
        StartAsync(
            port => Guard.StartInfo(
                "dotnet",
                ["tool", "run", "garnet-server", "--", "--bind", "127.0.0.1", "--port", $"{port}", "--lua", "--lua-transaction-mode", "--no-obj", "--memory", "64m", "--index", "1m"]),
            cancellationToken);

    /// <summary>Starts an installed redis-server.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="options">Options besides those that make it forget everything at its end.</param>
    public static Task<RedisServer> StartRedisAsync(string program, CancellationToken cancellationToken = default, params string[] options) =>
        StartAsync(
            port => Guard.StartInfo(
                program, ["--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--appendonly", "no", .. options]),
            cancellationToken);

    /// <summary>Starts an installed redis-server as a sentinel.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="configuration">The file that says what it watches; it writes to it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<RedisServer> StartSentinelAsync(string program, string configuration, CancellationToken cancellationToken = default) =>
        StartAsync(
            port => Guard.StartInfo(program, [configuration, "--sentinel", "--bind", "127.0.0.1", "--port", $"{port}"]),
            cancellationToken);

    /// <summary>Kills the server, as a crash does.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;

            // The guard ends the server, and then itself.
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Starts it again, empty, on the same port.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var process = Process.Start(_startInfo(Port)) ?? throw new InvalidOperationException("The server did not start.");
        _process = process;
        var output = new List<string>();
        process.OutputDataReceived += (_, line) => Remember(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var startedAt = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(startedAt) > StartLimit)
            {
                await StopAsync();
                throw new InvalidOperationException($"The Redis-protocol server did not start. {string.Join(' ', output)}");
            }

            await Task.Delay(50, cancellationToken);
        }

        void Remember(string? line)
        {
            if (line is not null && output.Count < 100)
            {
                output.Add(line);
            }
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<RedisServer> StartAsync(Func<int, ProcessStartInfo> startInfo, CancellationToken cancellationToken)
    {
        var server = new RedisServer(startInfo, Ports.FindFree());
        await server.StartAsync(cancellationToken);
        return server;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            if (!answer.AsSpan().SequenceEqual("+PONG\r\n"u8))
            {
                return false;
            }

            // The first script takes a fresh garnet-server long, on a busy machine longer than StoreTimeout. Whatever it answers, it is awake.
            await stream.WriteAsync("*4\r\n$4\r\nEVAL\r\n$33\r\nreturn redis.call('GET', KEYS[1])\r\n$1\r\n1\r\n$4\r\nwarm\r\n"u8.ToArray(), cancellationToken);
            await stream.ReadExactlyAsync(answer.AsMemory(0, 1), cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
