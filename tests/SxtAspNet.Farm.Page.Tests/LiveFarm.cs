using System.Diagnostics;
using Microsoft.Playwright;
using SxtAspNet.Farm.Page.Tests;
using WebFarm.Processes;

[assembly: AssemblyFixture(typeof(LiveFarm))]

namespace SxtAspNet.Farm.Page.Tests;

/// <summary>The farm with its page, as a program, and the installed browser; both for all tests.</summary>
public sealed class LiveFarm : IAsyncLifetime
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly string? BrowserPath = FindBrowser();
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private Process? _program;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public const int Instances = 2;

    public Uri? Address { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (BrowserPath is null)
        {
            return;
        }

        _program = Process.Start(new ProcessStartInfo("dotnet", [SampleFiles.AssemblyOf("WebFarm"), "--instances", $"{Instances}", "--rate", "10"])
        {
            RedirectStandardOutput = true,
        })!;
        Address = await ReadAddressAsync(_program.StandardOutput).WaitAsync(StartLimit);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = BrowserPath,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });

        // So generous that only what never happens exceeds it, however busy the machine.
        Assertions.SetDefaultExpectTimeout((float)TimeSpan.FromSeconds(60).TotalMilliseconds);
    }

    /// <summary>Opens the page, in a window of its own.</summary>
    public async Task<OpenPage> OpenAsync(int width = 1280)
    {
        Assert.SkipUnless(
            BrowserPath is not null,
            $"No browser: none of {string.Join(", ", Browsers)} is on PATH. Install one of them (Debian: apt-get install chromium).");
        var page = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 } });
        var open = new OpenPage(page);
        await page.GotoAsync(Address!.AbsoluteUri);
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_program is not null)
        {
            // What it started ends with it.
            _program.Kill();
            await _program.WaitForExitAsync();
            _program.Dispose();
        }
    }

    private static async Task<Uri> ReadAddressAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.Split(' ').FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal)) is { } address)
            {
                // The rest is of no interest, but has to be read, or the program would stop at a full pipe.
                _ = output.ReadToEndAsync();
                return new Uri(address);
            }
        }

        throw new InvalidOperationException("The farm ended without saying where its page is.");
    }

    private static string? FindBrowser() => (
        from name in Browsers
        from directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        let path = Path.Combine(directory, name)
        where File.Exists(path)
        select path).FirstOrDefault();
}
