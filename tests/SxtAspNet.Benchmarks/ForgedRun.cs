using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;

namespace SxtAspNet.Benchmarks;

/// <summary>
/// A flood of forged tokens from a few addresses, while new callers with genuine tokens come from others: what reaches the
/// gateway, and what the genuine ones get. Real HTTP on the loopback addresses; the gateway takes 20 ms for a check.
/// </summary>
internal static class ForgedRun
{
    private const int ForgedPerSecond = 900;
    private const int GenuinePerSecond = 20;
    private const int Seconds = 10;

    public static async Task RunAsync()
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ForgedPerSecond} forged tokens a second from 4 addresses, {GenuinePerSecond} genuine new callers a second from 200 others, {Seconds} s:"));
        await RunAsync("only 16 at once, as without limits for addresses", static options =>
            options.MaxValidationsPerAddress = options.MaxRefusalsPerAddress = options.MaxValidationsPerSecond = 1_000_000);
        await RunAsync("with the limits", static _ => { });
    }

    private static async Task RunAsync(string title, Action<SxtBearerOptions> configure)
    {
        await using var gateway = await SxtGatewayEmulator.StartAsync();
        gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromMilliseconds(20), kind: SxtGatewayCallKind.ValidToken));
        await using var app = CreateApp(gateway, configure);
        await app.StartAsync();
        var url = new Uri(new Uri(app.Urls.First()), "/");

        var number = 0;
        ConcurrentBag<int> genuine = [];
        ConcurrentBag<int> forged = [];
        for (var warm = 0; warm < 40; warm++)
        {
            await SendGenuineAsync();
        }

        genuine.Clear();
        gateway.Calls.Clear();
        var sending = new List<Task>();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tick = 0; tick < 10 * Seconds; tick++)
        {
            for (var i = 0; i < ForgedPerSecond / 10; i++)
            {
                sending.Add(SendAsync(url, IPAddress.Parse($"127.0.1.{1 + (i % 4)}"), Forge(), forged));
            }

            for (var i = 0; i < GenuinePerSecond / 10; i++)
            {
                sending.Add(SendGenuineAsync());
            }

            await ticks.WaitForNextTickAsync();
        }

        await Task.WhenAll(sending);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title}: gateway calls a second: {gateway.Calls.Count(SxtGatewayCallKind.ValidToken) / (double)Seconds:0}; genuine: {Describe(genuine)}; forged: {Describe(forged)}"));

        Task SendGenuineAsync()
        {
            var user = $"caller-{number++}";
            gateway.AddUser(user);
            return SendAsync(url, IPAddress.Parse($"127.0.2.{1 + (number % 200)}"), gateway.IssueAccessToken(user), genuine);
        }
    }

    private static string Describe(IReadOnlyCollection<int> statuses) => string.Join(
        ", ", statuses.GroupBy(status => status).OrderBy(group => group.Key).Select(group => $"{group.Count()} × {group.Key}"));

    private static WebApplication CreateApp(SxtGatewayEmulator gateway, Action<SxtBearerOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(SxtBearerDefaults.AuthenticationScheme)
            .AddSxtBearer(options =>
            {
                (options.GatewayUrl, options.AllowAnyUser) = (gateway.BaseAddress, true);
                configure(options);
            });
        var app = builder.Build();
        app.MapGet("/", static () => Results.Ok()).RequireAuthorization();
        return app;
    }

    private static async Task SendAsync(Uri url, IPAddress from, string token, ConcurrentBag<int> statuses)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var response = await client.SendAsync(request);
        statuses.Add((int)response.StatusCode);
    }

    /// <summary>A token that only the gateway can tell from a genuine one.</summary>
    private static string Forge()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var payload = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"iat":{{now}},"nbf":{{now}},"exp":{{now + 1500}},"type":"access","user":"somebody","session":"{{Guid.NewGuid():N}}","ssn_exp":{{(now + 80_000) * 1000}}}""");
        return $"{Encode("""{"type":"access","kid":"0","alg":"ES256"}""")}.{Encode(payload)}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(64))}";

        static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
