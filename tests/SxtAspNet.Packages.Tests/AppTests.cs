using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SxtAspNet.Packages.Tests.Infrastructure;

namespace SxtAspNet.Packages.Tests;

/// <summary>New apps, built from the packages and the lines of their READMEs without a warning, against the packed emulator.</summary>
public sealed class AppTests(Workshop workshop)
{
    [Fact]
    public async Task A_minimal_api_has_an_authenticated_call()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        await using var app = await WebApp.StartAsync(gateway, "dotnet", [workshop.AssemblyOf("Blocks")]);

        Assert.Contains("BLOCK_NUMBER", await app.GetAsync("/blocks"), StringComparison.Ordinal);
        Assert.Equal("Healthy", await app.GetAsync("/health"));
        Assert.Equal(1, gateway.Count("/v1/auth/token"));
    }

    /// <summary>The commands of README.md made the app, and left the API key where it is found in Development.</summary>
    [Fact]
    public async Task The_commands_of_the_readme_lead_to_a_first_call()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop, "--api-key", $"{GatewayProcess.User}={Workshop.ApiKey}");
        await using var app = await WebApp.StartAsync("dotnet", [workshop.AssemblyOf("Blocks")],
        [
            .. workshop.Home,
            ("Sxt__GatewayUrl", gateway.Address.ToString()),
            ("Sxt__ProxyUrl", gateway.Address.ToString()),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            ("ASPNETCORE_ENVIRONMENT", "Development"),
        ]);

        Assert.Contains("BLOCK_NUMBER", await app.GetAsync("/blocks"), StringComparison.Ordinal);
        Assert.Equal(1, gateway.Count("/auth/apikey"));
    }

    [Fact]
    public async Task Controllers_know_their_callers()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        await using var app = await WebApp.StartAsync(
            gateway, "dotnet", [workshop.AssemblyOf("Controllers")], ("Authentication__Schemes__SxtBearer__AllowedUsers__0", GatewayProcess.User));

        Assert.Equal(GatewayProcess.User, await app.GetAsync("/me", token: await app.GetAsync("/token")));
    }

    [Fact]
    public async Task A_worker_has_its_token_and_loads_nothing_of_ASP_NET_Core()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        var trace = Path.Combine(workshop.Root, "worker.nettrace");
        await using var app = RunningApp.Start(
            "dotnet",
            [workshop.AssemblyOf("Worker")],
            [.. gateway.Settings, ("DOTNET_EnableEventPipe", "1"), ("DOTNET_EventPipeConfig", "Microsoft-Windows-DotNETRuntime:8:4"), ("DOTNET_EventPipeOutputPath", trace)]);

        await app.WaitForAsync("BLOCK_NUMBER");
        Assert.Equal(0, await app.WaitForExitAsync());

        // The runtime's loader names each assembly.
        var content = await File.ReadAllBytesAsync(trace, TestContext.Current.CancellationToken);
        var loaded = Encoding.Unicode.GetString(content) + Encoding.Unicode.GetString(content.AsSpan(1));
        Assert.Contains("SxtAspNet.Gateway.", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.AspNetCore.", loaded.Replace("Microsoft.AspNetCore.App", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refit_client_has_an_authenticated_call()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        await using var app = await WebApp.StartAsync(gateway, "dotnet", [workshop.AssemblyOf("RefitClient")]);

        Assert.Contains("BLOCK_NUMBER", await app.GetAsync("/blocks"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grpc_client_sends_the_token()
    {
        await using var gateway = await GatewayProcess.StartAsync(workshop);
        await using var server = new GreetingServer();
        var address = await server.StartAsync();
        await using var app = await WebApp.StartAsync(
            gateway, "dotnet", [workshop.AssemblyOf("GrpcClient")], ("Greeter", address), ("Sxt__AllowedOrigins__0", address));

        Assert.Equal("Hello", await app.GetAsync("/hello"));
        Assert.StartsWith("Bearer eyJ", server.Authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_project_tests_its_app()
    {
        var output = await Command.RunAsync(workshop.Root, "dotnet", "test", workshop.AssemblyOf("TestProject"), "--logger", "console;verbosity=normal");

        Assert.Equal(5, output.Split('\n').Count(line => line.TrimStart().StartsWith("Passed Tests.", StringComparison.Ordinal)));
        Assert.DoesNotContain("Failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_app_is_the_same_on_all_pages()
    {
        var app = Readme.At("README.md").Code("`Program.cs`");

        Assert.Equal(app, Readme.At("docs/getting-started.md").Code("`Program.cs`"));
        Assert.Equal(app, Readme.Of("SxtAspNet").Code("`Program.cs`"));
    }

    [Theory]
    [InlineData("GrpcClient", "builder.Services.AddGrpcClient<")]
    [InlineData("RefitClient", "builder.Services.AddRefitGeneratedClient<")]
    [InlineData("Controllers", "builder.Services.AddAuthentication(")]
    public void The_lines_of_an_app_are_those_of_the_readme(string app, string line)
    {
        var lines = Readme.Of("SxtAspNet").CodeFrom(line);

        Assert.Contains(lines, File.ReadAllText(Path.Combine(workshop.Apps, app, "Program.cs")), StringComparison.Ordinal);
    }

    /// <summary>As much of gRPC's wire as an answer needs: HTTP/2, a message behind its length, a trailer.</summary>
    private sealed class GreetingServer : IAsyncDisposable
    {
        private readonly WebApplication _server;

        public GreetingServer()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
            _server = builder.Build();
            _server.MapPost("/Greeter/SayHello", async (HttpContext context) =>
            {
                Authorization = context.Request.Headers.Authorization;
                await context.Request.Body.CopyToAsync(Stream.Null);
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync((byte[])[0, 0, 0, 0, 7, 0x0A, 5, .. "Hello"u8]);
                context.Response.AppendTrailer("grpc-status", "0");
            });
        }

        public string? Authorization { get; private set; }

        public async Task<string> StartAsync()
        {
            await _server.StartAsync(TestContext.Current.CancellationToken);
            return _server.Urls.Single();
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}
