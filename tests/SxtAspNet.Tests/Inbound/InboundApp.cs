using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>An app with the scheme for callers and no identity of its own, an emulator in memory and virtual time.</summary>
internal sealed class InboundApp : IAsyncDisposable
{
    public const string User = "orders-service";

    private readonly WebApplication _app;

    private InboundApp(
        Action<SxtBearerOptions>? options,
        Action<IServiceCollection>? services,
        Action<AuthenticationBuilder>? schemes,
        Action<WebApplication>? endpoints,
        Dictionary<string, string?>? configuration,
        TimeSpan localClockOffset)
    {
        Gateway = new SxtGatewayEmulator(new SxtGatewayEmulatorOptions { ClockOffset = -localClockOffset }, Time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(configuration ?? []);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddMetrics();
        builder.Services.AddRouting();
        builder.Services.AddAuthorizationBuilder().AddPolicy("nobody", policy => policy.RequireClaim("nobody-has-it"));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
        var authentication = builder.Services.AddAuthentication(SxtBearerDefaults.AuthenticationScheme);
        authentication.AddSxtBearer(options ?? (bearer => bearer.AllowedUsers.Add(User)));
        schemes?.Invoke(authentication);
        builder.Services.UseSxtGatewayEmulator(Gateway);
        services?.Invoke(builder.Services);

        _app = builder.Build();
        _app.UseRouting();
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.MapGet("/me", (ClaimsPrincipal user) => user.Identity!.Name).RequireAuthorization();
        _app.MapGet("/open", (ClaimsPrincipal user) => user.Identity?.Name ?? "nobody");
        _app.MapGet("/nobody", () => "").RequireAuthorization("nobody");
        endpoints?.Invoke(_app);
    }

    public WatchedTime Time { get; } = new();

    public SxtGatewayEmulator Gateway { get; }

    public IServiceProvider Services => _app.Services;

    public TestServer Server => _app.GetTestServer();

    public FakeLogCollector Logs => _app.Services.GetFakeLogCollector();

    /// <summary>How often the gateway was asked about a token.</summary>
    public int Validations => Gateway.Calls.Count(SxtGatewayCallKind.ValidToken);

    public static async Task<InboundApp> StartAsync(
        Action<SxtBearerOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<AuthenticationBuilder>? schemes = null,
        Action<WebApplication>? endpoints = null,
        Dictionary<string, string?>? configuration = null,
        TimeSpan localClockOffset = default)
    {
        var app = new InboundApp(options, services, schemes, endpoints, configuration, localClockOffset);
        try
        {
            await app._app.StartAsync(TestContext.Current.CancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>A token that works now.</summary>
    public string Issue(string user = User) => Gateway.IssueAccessToken(user);

    public Task<HttpResponseMessage> GetAsync(string? token, string path = "/me", CancellationToken? cancellationToken = null) =>
        GetWithHeaderAsync(token is null ? null : $"Bearer {token}", path, cancellationToken);

    /// <summary>Sends any Authorization header.</summary>
    public async Task<HttpResponseMessage> GetWithHeaderAsync(string? header, string path = "/me", CancellationToken? cancellationToken = null)
    {
        using var client = _app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        return await client.SendAsync(request, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}

internal static class InboundAnswers
{
    public static Task<string> TextAsync(this HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>The parameters of the one WWW-Authenticate header.</summary>
    public static string? Challenge(this HttpResponseMessage response)
    {
        AuthenticationHeaderValue challenge = Assert.Single(response.Headers.WwwAuthenticate);
        Assert.Equal("Bearer", challenge.Scheme);
        return challenge.Parameter;
    }
}
