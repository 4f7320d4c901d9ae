namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>A web app that was built with the packages, as a process.</summary>
internal sealed class WebApp : IAsyncDisposable
{
    private readonly HttpClient _client;

    private WebApp(RunningApp process, Uri address) => (Process, _client) = (process, new HttpClient { BaseAddress = address });

    public RunningApp Process { get; }

    public static Task<WebApp> StartAsync(
        GatewayProcess gateway, string program, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> settings) =>
        StartAsync(program, arguments, [.. gateway.Settings, .. settings]);

    public static async Task<WebApp> StartAsync(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> settings)
    {
        var process = RunningApp.Start(program, arguments, settings);
        try
        {
            return new WebApp(process, new Uri(await process.WaitForAsync("Now listening on: ")));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<string> GetAsync(string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}\n{Process.Output}");
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Process.DisposeAsync();
    }
}
