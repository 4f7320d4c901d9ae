using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Answers that come in other ways than over HTTP/1.1: before the body was sent, and from a server in the process.</summary>
public class EarlyAnswerTests
{
    private static readonly Uri Hosted = new("https://hosted.test");

    private readonly ConcurrentQueue<byte[]> _arrived = [];
    private ISxtSession? _session;
    private int _answers;

    [Fact]
    public async Task Over_HTTP_2_a_body_that_is_answered_before_it_was_sent_completely_is_not_sent_again()
    {
        var content = new UnfinishedContent();
        await using var server = await LoopbackServer.StartAsync(AnswerEarlyAsync, HttpProtocols.Http2);
        await using var app = await StartAsync(server.BaseAddress);

        using var request = Request(content);
        using var response = await app.CreateClient("early").SendAsync(request, TestContext.Current.CancellationToken);
        content.Finish();

        Assert.Equal((HttpStatusCode.Unauthorized, HttpVersion.Version20), (response.StatusCode, response.Version));
        Assert.Empty(_arrived);
        Assert.Single(server.Requests);
        Assert.Same(content, request.Content);
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1202);
    }

    [Fact]
    public async Task Over_HTTP_2_bytes_that_are_known_are_sent_in_full_although_the_answer_came_before_all_were_sent()
    {
        // More than the server takes without reading.
        var bytes = RandomNumberGenerator.GetBytes(4 * 1024 * 1024);
        await using var server = await LoopbackServer.StartAsync(AnswerEarlyAsync, HttpProtocols.Http2);
        await using var app = await StartAsync(server.BaseAddress);

        using var request = Request(new ByteArrayContent(bytes));
        using var response = await app.CreateClient("early").SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
        Assert.Equal(2, server.Requests.Count);
        Assert.True(bytes.AsSpan().SequenceEqual(Assert.Single(_arrived)));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("JSON")]
    [InlineData("stream")]
    public async Task A_server_in_the_process_gets_the_same_bytes_with_the_next_token(string kind)
    {
        var bytes = "{\"sqlText\":\"SELECT 1\"}"u8.ToArray();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        await using var host = builder.Build();
        host.Run(async context =>
        {
            await ReceiveAsync(context);
            await AnswerAsync(context);
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        await using var app = await StartAsync(Hosted, host.GetTestServer().CreateHandler);

        HttpContent content = kind switch
        {
            "text" => new StringContent("{\"sqlText\":\"SELECT 1\"}"),
            "JSON" => JsonContent.Create(new { sqlText = "SELECT 1" }),
            _ => new StreamContent(new MemoryStream(bytes)),
        };
        using var response = await app.CreateClient("early").PostAsync("v1/sql", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([bytes, bytes], _arrived);
    }

    private async Task AnswerEarlyAsync(HttpContext context)
    {
        if (_answers == 0)
        {
            await context.Request.Body.ReadAtLeastAsync(new byte[16], 16, cancellationToken: context.RequestAborted);
        }
        else
        {
            await ReceiveAsync(context);
        }

        await AnswerAsync(context);
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _arrived.Enqueue(body.ToArray());
    }

    /// <summary>The first token is replaced before it is answered by 401.</summary>
    private async Task AnswerAsync(HttpContext context)
    {
        if (Interlocked.Increment(ref _answers) == 1)
        {
            await _session!.RenewAsync(context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
    }

    private async Task<TestApp> StartAsync(Uri server, Func<HttpMessageHandler>? primary = null)
    {
        var app = new TestApp(
            options => options.AllowedOrigins.Add(server),
            services =>
            {
                var client = services.AddHttpClient("early", client => client.BaseAddress = server).AddSxtTokenHandler();
                client.ConfigurePrimaryHttpMessageHandler(primary ?? (static () => new SocketsHttpHandler { UseProxy = false }));
            },
            key: new TestKeySource());
        _session = app.Session;
        await _session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static HttpRequestMessage Request(HttpContent content) => new(HttpMethod.Post, "v1/sql")
    {
        Content = content,
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Writes its beginning, and the rest when the test says so.</summary>
    private sealed class UnfinishedContent : HttpContent
    {
        private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Finish() => _finished.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[1024]);
            await stream.FlushAsync();
            await _finished.Task;
            await stream.WriteAsync(new byte[1024]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
