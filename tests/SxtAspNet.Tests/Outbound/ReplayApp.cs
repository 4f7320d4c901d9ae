using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>
/// An app whose token is renewed while each request is answered for the first time, by 401, so that the request is sent
/// again if its content allows it. What arrives is remembered, over a real socket or in the process.
/// </summary>
internal sealed class ReplayApp : IAsyncDisposable
{
    public const int Limit = 4096;

    private readonly ConcurrentQueue<ArrivedBody> _arrived = [];
    private readonly TestApp _app;
    private LoopbackServer _server = null!;
    private string? _answered;

    private ReplayApp(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>? inProcess, Action<SxtOptions>? options, Uri server)
    {
        _app = new TestApp(
            settings =>
            {
                settings.AllowedOrigins.Add(server);
                settings.MaxReplayBufferSize = Limit;
                options?.Invoke(settings);
            },
            services =>
            {
                var client = services.AddHttpClient("replay", client => client.BaseAddress = server).AddSxtTokenHandler();
                if (inProcess is not null)
                {
                    client.AddHttpMessageHandler(() => new LambdaHandler(inProcess));
                }
            });
    }

    public TestApp App => _app;

    public IReadOnlyList<ArrivedBody> Arrived => [.. _arrived];

    public static async Task<ReplayApp> StartAsync(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>? inProcess = null, Action<SxtOptions>? options = null)
    {
        ReplayApp? app = null;
        var server = await LoopbackServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            app!._arrived.Enqueue(new ArrivedBody(body.ToArray(), context.Request.ContentLength, context.Request.ContentType));
            context.Response.StatusCode = (int)app.Answer(context.Request.Headers.Authorization.ToString());
        });
        app = new ReplayApp(inProcess, options, server.BaseAddress) { _server = server };
        await app._app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>What the API answers to a token: 401 to the first, after renewing it.</summary>
    public HttpStatusCode Answer(string authorization)
    {
        if (Interlocked.CompareExchange(ref _answered, authorization, null) is not null)
        {
            return HttpStatusCode.OK;
        }

        _app.Session.RenewAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return HttpStatusCode.Unauthorized;
    }

    /// <summary>The next request is a first one again.</summary>
    public void Reset()
    {
        _arrived.Clear();
        _answered = null;
    }

    public HttpClient CreateClient() => _app.CreateClient("replay");

    public async Task<HttpStatusCode> PostAsync(HttpContent? content, Action<HttpRequestMessage>? change = null)
    {
        using var request = Request(content);
        change?.Invoke(request);
        using var response = await CreateClient().SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Same(content, request.Content);
        return response.StatusCode;
    }

    public static HttpRequestMessage Request(HttpContent? content) => new(HttpMethod.Post, "v1/sql") { Content = content };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }
}

internal sealed record ArrivedBody(byte[] Bytes, long? Length, string? Type);

/// <summary>
/// Does what a test wants; <see langword="null"/> as the answer: goes on inwards. Its answers don't name the request, as those of
/// handlers in the process often don't.
/// </summary>
internal sealed class LambdaHandler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await answer(request, cancellationToken) ?? await base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        answer(request, cancellationToken).GetAwaiter().GetResult() ?? base.Send(request, cancellationToken);
}
