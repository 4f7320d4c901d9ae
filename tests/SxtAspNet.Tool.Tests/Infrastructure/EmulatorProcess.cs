namespace SxtAspNet.Tool.Tests.Infrastructure;

/// <summary><c>dotnet sxt emulator</c> as a process of its own; disposing kills it if it still runs.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private const string Label = "gateway: ";

    private readonly ToolProcess _process;
    private readonly List<string> _lines = [];

    private EmulatorProcess(ToolProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>What it printed first.</summary>
    public Uri Address { get; }

    public static async Task<EmulatorProcess> StartAsync(params string[] options)
    {
        var process = ToolProcess.StartServing(["emulator", .. options]);
        var line = await process.ReadLineAsync();
        if (line.StartsWith(Label, StringComparison.Ordinal))
        {
            return new EmulatorProcess(process, new Uri(line[Label.Length..]));
        }

        await using (process)
        {
            throw new InvalidOperationException($"It printed '{line}'. {(await process.WaitAsync()).Error}");
        }
    }

    /// <summary>The next call that it tells of, without its time.</summary>
    public async Task<string> ReadCallAsync()
    {
        _lines.Add(await _process.ReadLineAsync());
        return _lines[^1][(_lines[^1].IndexOf(' ', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>Stops it by a signal.</summary>
    /// <returns>What it left, with all lines but the first.</returns>
    public async Task<ToolResult> StopAsync(string signal = "INT")
    {
        await _process.SignalAsync(signal);
        var result = await _process.WaitAsync();
        return new ToolResult(result.ExitCode, string.Join('\n', _lines) + result.Output, result.Error);
    }

    /// <summary>Stops reading what it prints, and waits until it notices.</summary>
    public async Task<ToolResult> LeaveAsync()
    {
        _process.StopReading();
        using var client = new HttpClient { BaseAddress = Address };
        try
        {
            using var response = await client.GetAsync(new Uri("v1/auth/idexists/x", UriKind.Relative), TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            // It may be gone before it answers.
        }

        return await _process.WaitAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
