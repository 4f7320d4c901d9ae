using System.Diagnostics;

namespace WebFarm.Processes;

/// <summary>What a process is doing.</summary>
public enum ProcessState
{
    Starting,
    Running,
    Paused,
    Ended,
}

/// <summary>A process of samples/WebApi: its address, its log, and what can be done to it.</summary>
public sealed class WebApiProcess : IAsyncDisposable
{
    private const int ListeningEventId = 14;
    private const int LogCapacity = 1_000;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Action<LogLine> _logged;
    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _log = new();
    private readonly SemaphoreSlim _signals = new(1, 1);
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Suspension? _suspension;
    private bool _isWantedToEnd;
    private volatile ProcessState _state = ProcessState.Starting;

    private WebApiProcess(Process process, Action<LogLine> logged)
    {
        (_process, _logged) = (process, logged);
        Id = process.Id;
        Ended = WatchAsync();
    }

    public int Id { get; }

    public ProcessState State => _state;

    /// <summary>Where the process listens.</summary>
    public Uri BaseAddress => Client.BaseAddress!;

    /// <summary>Talks to this process.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>When it was paused or killed.</summary>
    public Interruptions Interruptions { get; } = new();

    /// <summary>Completes when the process has ended; whether it ended although nobody wanted it to.</summary>
    public Task<bool> Ended { get; }

    /// <summary>The newest lines of its log.</summary>
    public IReadOnlyList<LogLine> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>Starts a process and waits until it listens.</summary>
    /// <param name="app">An executable or a dll; <see langword="null"/>: what was built.</param>
    /// <param name="settings">Its configuration, as environment variables.</param>
    /// <param name="logged">Receives what it logs.</param>
    /// <param name="cancellationToken">Ends the process and the wait.</param>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<WebApiProcess> StartAsync(
        string? app, IReadOnlyDictionary<string, string> settings, Action<LogLine> logged, CancellationToken cancellationToken)
    {
        app ??= SampleFiles.AssemblyOf("WebApi");
        string[] host = app.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? ["dotnet", app] : [app];
        var startInfo = new ProcessStartInfo(host[0], [.. host[1..], "--contentRoot", SampleFiles.DirectoryOf("WebApi")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            startInfo.Environment[name] = value;
        }

        var instance = new WebApiProcess(Process.Start(startInfo)!, logged);
        try
        {
            instance.Client.BaseAddress = await instance._listening.Task.WaitAsync(StartLimit, cancellationToken);
            instance._state = ProcessState.Running;
            return instance;
        }
        catch (Exception exception)
        {
            await instance.DisposeAsync();
            if (exception is TimeoutException)
            {
                throw new InvalidOperationException(
                    $"WebApi does not listen after {StartLimit.TotalSeconds} s. {string.Join(Environment.NewLine, instance.Log)}");
            }

            throw;
        }
    }

    /// <summary>What the process holds; <see langword="null"/> when it has ended.</summary>
    public ResourceUse? Resources => _state is ProcessState.Ended ? null : ResourceUse.Of(_process);

    /// <summary>Ends the process at once, as a crash or a lost machine does.</summary>
    public Task KillAsync() => SignalAsync(async () =>
    {
        BeginEnd();
        Interruptions.Begin();
        _process.Kill();
        await Ended;
        await EndSuspensionAsync();
    });

    /// <summary>Freezes the process.</summary>
    /// <exception cref="PlatformNotSupportedException">This system can't.</exception>
    public Task PauseAsync() => SignalAsync(async () =>
    {
        if (_state is ProcessState.Running)
        {
            _state = ProcessState.Paused;
            Interruptions.Begin();
            _suspension = await Suspension.StartAsync(Id);
        }
    });

    /// <summary>Lets a frozen process go on.</summary>
    public Task ResumeAsync() => SignalAsync(async () =>
    {
        if (_suspension is not null)
        {
            await EndSuspensionAsync();
            Interruptions.End();
            _state = ProcessState.Running;
        }
    });

    /// <summary>Stops the process in good order, or kills it when it doesn't go.</summary>
    public Task StopAsync() => SignalAsync(async () =>
    {
        BeginEnd();
        Interruptions.Begin();
        await EndSuspensionAsync();
        _process.StandardInput.Close();
        try
        {
            await Ended.WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await Ended;
        }
    });

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        _process.Dispose();
    }

    private async Task SignalAsync(Func<Task> action)
    {
        await _signals.WaitAsync();
        try
        {
            await action();
        }
        finally
        {
            _signals.Release();
        }
    }

    private void BeginEnd()
    {
        Volatile.Write(ref _isWantedToEnd, true);
        _state = ProcessState.Ended;
    }

    private async Task EndSuspensionAsync()
    {
        if (_suspension is { } suspension)
        {
            _suspension = null;
            await suspension.DisposeAsync();
        }
    }

    private async Task<bool> WatchAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        _state = ProcessState.Ended;
        _listening.TrySetException(new InvalidOperationException(
            $"WebApi ended with code {_process.ExitCode}. {string.Join(Environment.NewLine, Log)}"));
        return !Volatile.Read(ref _isWantedToEnd);
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } text)
        {
            var line = LogLine.Parse(text);
            lock (_lock)
            {
                _log.Enqueue(line);
                if (_log.Count > LogCapacity)
                {
                    _log.Dequeue();
                }
            }

            if (line.EventId == ListeningEventId && line.Text.Split(' ')[^1] is var address && Uri.IsWellFormedUriString(address, UriKind.Absolute))
            {
                _listening.TrySetResult(new Uri(address));
            }

            _logged(line);
        }
    }
}
