using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>A program that goes on until it is disposed, or ends by itself.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _all = [];

    private RunningApp(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Command.Isolate(start);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _all);

    public string Id => _process.Id.ToString(CultureInfo.InvariantCulture);

    public static RunningApp Start(string program, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningApp(start);
    }

    /// <summary>Waits for a line that has a text.</summary>
    /// <returns>What follows the text in that line.</returns>
    public Task<string> WaitForAsync(string text) => Task.Run(() =>
    {
        var until = Stopwatch.StartNew();
        while (until.Elapsed < TimeLimit)
        {
            if (_lines.TryTake(out var line, TimeSpan.FromMilliseconds(200)))
            {
                if (line.IndexOf(text, StringComparison.Ordinal) is >= 0 and var at)
                {
                    return line[(at + text.Length)..].Trim();
                }
            }
            else if (_process.HasExited && _lines.Count == 0)
            {
                break;
            }
        }

        throw new InvalidOperationException($"No '{text}' in:\n{Output}");
    });

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeLimit, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _lines.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            _all.Enqueue(line);
            _lines.Add(line);
        }
    }
}
