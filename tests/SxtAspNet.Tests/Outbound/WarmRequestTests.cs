using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Diagnostics;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Requests that find all they need: a token that nobody doubts, and the gateway's time, read a moment ago.</summary>
public class WarmRequestTests
{
    private static readonly Uri Gateway = new("https://gateway.sxt.test/v1/blocks");

    private readonly RequestRecorder _recorder = new() { Answer = _ => Responses.Status(HttpStatusCode.OK) };
    private Task _gate = Task.CompletedTask;

    [Fact]
    public async Task A_request_to_another_origin_goes_without_a_token()
    {
        await using var app = await WarmAsync();

        using var same = await app.CreateClient("warm").GetAsync(Gateway, TestContext.Current.CancellationToken);
        using var other = await app.CreateClient("warm").GetAsync(new Uri("https://elsewhere.test/"), TestContext.Current.CancellationToken);

        Assert.Equal([true, false], _recorder.Requests.Select(request => request.Authorization is not null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_whose_token_was_replaced_meanwhile_is_sent_again_and_the_log_says_so(bool isAnsweredAtOnce)
    {
        await using var app = await WarmAsync();
        _recorder.Answer = _ =>
        {
            _recorder.Answer = _ => Responses.Status(HttpStatusCode.OK);
            app.Session.RenewAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            return Responses.Status(HttpStatusCode.Unauthorized);
        };

        using var response = await GetAsync(app, isAnsweredAtOnce);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, _recorder.Requests.Select(request => request.Authorization).Distinct().Count());
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1201);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_other_than_401_is_the_answer_and_nobody_is_asked_about_the_token(bool isAnsweredAtOnce)
    {
        await using var app = await WarmAsync();
        _recorder.Answer = _ => Responses.Status(HttpStatusCode.Forbidden);

        using var response = await GetAsync(app, isAnsweredAtOnce);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
        Assert.Equal(0, app.Services.Count("sxt.requests.unauthorized"));
    }

    private async Task<HttpResponseMessage> GetAsync(TestApp app, bool isAnsweredAtOnce)
    {
        var gate = new TaskCompletionSource();
        _gate = isAnsweredAtOnce ? Task.CompletedTask : gate.Task;
        var sending = app.CreateClient("warm").GetAsync(Gateway, TestContext.Current.CancellationToken);
        Assert.Equal(isAnsweredAtOnce, sending.IsCompleted);
        gate.SetResult();
        return await sending;
    }

    private async Task<TestApp> WarmAsync()
    {
        var app = new TestApp(services: services => services.AddHttpClient("warm")
            .AddSxtTokenHandler()
            .AddHttpMessageHandler(() => new LambdaHandler(async (_, _) =>
            {
                await _gate;
                return null!;
            }))
            .AddHttpMessageHandler(() => new RecordingHandler(_recorder)));
        await app.StartAsync();
        using var first = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        return app;
    }
}
