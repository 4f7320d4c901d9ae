namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>The gateway as the packed tool runs it, and a key of a user; apps find both by their environment.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    public const string User = "orders-service";

    private readonly RunningApp _process;
    private readonly string _key;

    private GatewayProcess(RunningApp process, Uri address, string key) => (_process, Address, _key) = (process, address, key);

    public Uri Address { get; }

    public string Key => _key;

    /// <summary>The settings of an app, as environment variables.</summary>
    public IEnumerable<(string Name, string Value)> Settings =>
    [
        ("Sxt__GatewayUrl", Address.ToString()),
        ("Sxt__UserId", User),
        ("Sxt__Keys__0__File", _key),
        ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
        ("DOTNET_ENVIRONMENT", "Production"),
    ];

    public static async Task<GatewayProcess> StartAsync(Workshop workshop, params IEnumerable<string> options)
    {
        var key = Path.Combine(workshop.Root, $"{Guid.NewGuid():N}.pem");
        await Command.RunAsync(workshop.Root, workshop.Tool, "key", "new", key);
        var process = RunningApp.Start(workshop.Tool, ["emulator", .. options]);
        return new GatewayProcess(process, new Uri(await process.WaitForAsync("gateway: ")), key);
    }

    /// <summary>How many calls of a path were answered.</summary>
    public int Count(string path) =>
        _process.Output.Split('\n').Count(line => line.Contains($" {path} 200 ", StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
