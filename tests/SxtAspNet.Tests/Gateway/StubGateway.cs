using System.Net;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Gateway;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>Answers the gateway's calls as a test says, and notes the requests.</summary>
internal sealed class StubGateway : HttpMessageHandler
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
        Proxy = new ProxyClient(Transport, Clock, new GatewayUser(TestApp.User));
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

    public ProxyClient Proxy { get; }

    public List<(string Path, string? Accept, string? ContentType, string? Authorization, string? ApiKey, string UserAgent)> Requests { get; } = [];

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "") => new(status) { Content = new StringContent(body) };

    /// <summary>Makes a call by its name in <see cref="GatewayCallTests.Calls"/>.</summary>
    public Task MakeAsync(string name) => name switch
    {
        "challenge" => Client.RequestChallengeAsync(Timeout, Cancellation),
        "login" => Client.ExchangeAsync("challenge", new byte[64], new byte[32], Timeout, Cancellation),
        "refresh" => Client.RefreshAsync("token", Timeout, Cancellation),
        "logout" => Client.LogoutAsync("token", Timeout, Cancellation),
        "token is valid" => Client.IsValidAsync("token", Timeout, Cancellation),
        "user exists" => Client.UserExistsAsync(Timeout, Cancellation),
        "list keys" => Keyring.ListAsync("token", Timeout, Cancellation),
        "challenge for a key" => Keyring.RequestChallengeAsync("token", Timeout, Cancellation),
        "add a key" => Keyring.AddAsync("token", "challenge", new byte[64], new byte[32], Timeout, Cancellation),
        "exchange an API key" => Proxy.ExchangeAsync("sxt_key", Timeout, Cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

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
            request.Headers.TryGetValues("apikey", out var apiKey) ? apiKey.Single() : null,
            request.Headers.UserAgent.ToString()));
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
