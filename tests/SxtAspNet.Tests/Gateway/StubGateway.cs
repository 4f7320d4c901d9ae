using System.Net;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>Answers the gateway's calls as a test says, and notes the requests.</summary>
internal sealed class StubGateway : HttpMessageHandler
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Func<int, HttpResponseMessage> _answer;

    public StubGateway(Func<int, HttpResponseMessage> answer)
    {
        _answer = answer;
        Clock = new GatewayClock(Time);
        Transport = new GatewayTransport(
            new Uri("https://gateway.test/"),
            this,
            Clock,
            new Runtime(Time) { Random = () => 0.5, StartDetached = work => _ = work(), StartForeign = static call => call(), Completions = TaskCreationOptions.None });
        Client = new GatewayClient(Transport, new GatewayUser(TestApp.User));
        Keyring = new GatewayKeyring(Transport, TestApp.User);
    }

    public StubGateway(HttpStatusCode status, string body = "")
        : this(_ => Answer(status, body))
    {
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public GatewayClock Clock { get; }

    public GatewayTransport Transport { get; }

    public GatewayClient Client { get; }

    public GatewayKeyring Keyring { get; }

    public List<(string Path, string? Accept, string? ContentType, string? Authorization, string? ApiKey)> Requests { get; } = [];

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "") => new(status) { Content = new StringContent(body) };

    /// <summary>Lets time pass until the call has ended.</summary>
    public async Task<T> EndAsync<T>(Task<T> call)
    {
        while (!call.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await call;
    }

    public async Task<SxtAuthenticationException> FailAsync<T>(Task<T> call) =>
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => EndAsync(call));

    public Task<SxtAuthenticationException> FailAsync(Task call) => FailAsync(WithResult(call));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((
            request.RequestUri!.AbsolutePath,
            request.Headers.Accept.ToString(),
            request.Content?.Headers.ContentType?.ToString(),
            request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("apikey", out var apiKey) ? apiKey.Single() : null));
        return Task.FromResult(_answer(Requests.Count));
    }

    protected override void Dispose(bool disposing)
    {
        Transport.Dispose();
        base.Dispose(disposing);
    }

    private static async Task<bool> WithResult(Task call)
    {
        await call;
        return true;
    }
}
