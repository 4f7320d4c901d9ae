using System.Diagnostics;
using System.Globalization;
using WebFarm.Processes;

namespace SxtAspNet.Farm.Tests.Infrastructure;

/// <summary>samples/WebFarm as a program of its own; disposing kills it, as nothing else can be relied on.</summary>
internal sealed class FarmProgram : IAsyncDisposable
{
    private readonly Process _process;

    public FarmProgram(params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [SampleFiles.AssemblyOf("WebFarm"), .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
        Output = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>All that it prints; completes when it has ended.</summary>
    public Task<string> Output { get; }

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Kills this process alone (SIGKILL), which then can't look after those that it started.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The processes that it started, and those that they started: id and command line.</summary>
    public async Task<IReadOnlyDictionary<int, string>> FindDescendantsAsync()
    {
        var all = await ListAsync();
        var found = new Dictionary<int, string>();
        for (var parents = new HashSet<int> { _process.Id }; parents.Count > 0;)
        {
            var children = all.Where(process => parents.Contains(process.Value.Parent)).ToArray();
            foreach (var (id, (_, command)) in children)
            {
                found[id] = command;
            }

            parents = [.. children.Select(process => process.Key)];
        }

        return found;
    }

    /// <summary>Those of some processes that are still there.</summary>
    public static async Task<IReadOnlyDictionary<int, string>> FindLeftAsync(IReadOnlyDictionary<int, string> processes)
    {
        var all = await ListAsync();
        return processes
            .Where(process => all.TryGetValue(process.Key, out var now) && now.Command == process.Value)
            .ToDictionary();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<Dictionary<int, (int Parent, string Command)>> ListAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("ps", ["-ww", "-e", "-o", "pid=,ppid=,args="]) { RedirectStandardOutput = true })!;
        var lines = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return lines
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length == 3)
            .ToDictionary(fields => Number(fields[0]), fields => (Number(fields[1]), fields[2]));

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
