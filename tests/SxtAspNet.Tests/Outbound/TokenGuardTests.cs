using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Where a request leaves: no token goes where it may not, whatever the handlers before have done.</summary>
public class TokenGuardTests
{
    private const string Gateway = "https://gateway.sxt.test/v1/sql";

    private readonly RequestRecorder _left = new() { Answer = _ => Responses.Status(HttpStatusCode.OK) };

    [Theory]
    [InlineData("cdn.test", false)]
    [InlineData("gateway.sxt.test:8443", false)]
    [InlineData("gateway.sxt.test.elsewhere.test", false)]
    [InlineData("not a host", false)]
    [InlineData("gateway.sxt.test", true)]
    [InlineData("GATEWAY.sxt.test:443", true)]
    public async Task A_host_header_that_names_another_host_is_another_origin(string host, bool isSent)
    {
        await using var app = CreateApp(_ => { });

        for (var times = 0; times < 2; times++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Gateway);
            request.Headers.TryAddWithoutValidation("Host", host);
            using var response = await app.CreateClient("guarded").SendAsync(request, TestContext.Current.CancellationToken);
        }

        Assert.All(_left.Requests, request => Assert.Equal(isSent, request.Authorization is not null));
        Assert.Equal(isSent ? 0 : 1, Events(app, 1200));
    }

    [Fact]
    public async Task A_request_that_a_later_handler_turns_elsewhere_loses_the_token_and_the_log_says_so_once()
    {
        await using var app = CreateApp(request => request.RequestUri = new Uri("https://elsewhere.test/"));

        await SendTwiceAsync(app);

        Assert.All(_left.Requests, request => Assert.Null(request.Authorization));
        Assert.Equal(1, Events(app, 1203));
    }

    [Fact]
    public async Task A_synchronous_request_that_a_later_handler_turns_elsewhere_loses_the_token()
    {
        var target = Gateway;
        await using var app = CreateApp(request => request.RequestUri = new Uri(target));
        var client = app.CreateClient("guarded");

        using var stays = client.Send(new HttpRequestMessage(HttpMethod.Get, Gateway), TestContext.Current.CancellationToken);
        target = "https://elsewhere.test/";
        using var turned = client.Send(new HttpRequestMessage(HttpMethod.Get, Gateway), TestContext.Current.CancellationToken);

        Assert.Equal([true, false], _left.Requests.Select(request => request.Authorization is not null));
        Assert.Equal(1, Events(app, 1203));
    }

    [Fact]
    public async Task Hedging_after_ours_does_not_take_the_token_to_another_host()
    {
        // The first host fails, so the second attempt goes to the other one at once.
        _left.Answer = request => Responses.Status(
            request.RequestUri!.Host == "elsewhere.test" ? HttpStatusCode.OK : HttpStatusCode.InternalServerError);
        await using var app = new TestApp(key: new TestKeySource(), services: services =>
        {
            var client = services.AddHttpClient("guarded").AddSxtTokenHandler();
            client.AddStandardHedgingHandler(routing => routing.ConfigureOrderedGroups(groups =>
            {
                groups.Groups.Add(new() { Endpoints = { new() { Uri = new Uri("https://gateway.sxt.test") } } });
                groups.Groups.Add(new() { Endpoints = { new() { Uri = new Uri("https://elsewhere.test") } } });
            }));
            client.ConfigurePrimaryHttpMessageHandler(() => new RecordingHandler(_left));
        });

        using var response = await app.CreateClient("guarded").GetAsync(new Uri(Gateway), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            [("gateway.sxt.test", true), ("elsewhere.test", false)],
            _left.Requests.Select(request => (request.Uri.Host, request.Authorization is not null)));
        Assert.Equal(1, Events(app, 1203));
    }

    [Fact]
    public async Task A_host_header_that_a_later_handler_sets_takes_the_token_off()
    {
        await using var app = CreateApp(request => request.Headers.Host = "cdn.test");

        await SendTwiceAsync(app);

        Assert.All(_left.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_header_of_the_apps_own_stays_where_a_later_handler_turns_the_request()
    {
        await using var app = CreateApp(request =>
        {
            request.RequestUri = new Uri("https://elsewhere.test/");
            request.Headers.Authorization = new("Basic", "b3duOm93bg==");
        });

        await SendTwiceAsync(app);

        Assert.All(_left.Requests, request => Assert.Equal("Basic b3duOm93bg==", request.Authorization));
    }

    [Fact]
    public async Task A_message_that_is_sent_again_forty_tokens_later_carries_none_to_a_foreign_origin()
    {
        await using var app = CreateApp(_ => { });
        using var invoker = new HttpMessageInvoker(
            app.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("guarded"), disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, Gateway);
        using var first = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        for (var renewals = 0; renewals < 40; renewals++)
        {
            await app.Session.RenewAsync(TestContext.Current.CancellationToken);
            using var between = await app.CreateClient("guarded").GetAsync(new Uri(Gateway), TestContext.Current.CancellationToken);
        }

        request.RequestUri = new Uri("https://elsewhere.test/");
        using var second = await invoker.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.NotNull(_left.Requests[0].Authorization);
        Assert.Null(_left.Requests[^1].Authorization);
    }

    [Theory]
    [InlineData(LogLevel.Trace, 1)]
    [InlineData(LogLevel.Debug, 0)]
    public async Task Logging_at_trace_is_warned_about_once_per_client(LogLevel level, int warnings)
    {
        await using var app = CreateApp(_ => { }, services => services.AddLogging(logging => logging.AddFilter("System.Net.Http.HttpClient", level)));

        await SendTwiceAsync(app);

        Assert.Equal(warnings, Events(app, 1204));
        // What the warning is about: the state of the entries, not their text.
        var token = (await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken)).GetValue();
        var records = app.Logs.GetSnapshot();
        Assert.DoesNotContain(records, record => record.Message.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_sends_no_token_of_ours_may_be_logged_at_trace()
    {
        await using var app = CreateApp(_ => { });

        using var response = await app.CreateClient("plain").GetAsync(new Uri(Gateway), TestContext.Current.CancellationToken);

        Assert.Contains(app.Logs.GetSnapshot(), record => record is { Category: "System.Net.Http.HttpClient.plain.ClientHandler", Level: LogLevel.Trace });
        Assert.Equal(0, Events(app, 1204));
    }

    private async Task SendTwiceAsync(TestApp app)
    {
        for (var times = 0; times < 2; times++)
        {
            using var response = await app.CreateClient("guarded").GetAsync(new Uri(Gateway), TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, _left.Requests.Count);
    }

    private static int Events(TestApp app, int id) => app.Logs.GetSnapshot().Count(record => record.Id.Id == id);

    // With an own key, the app's handlers are those of the framework down to the innermost.
    private TestApp CreateApp(Action<HttpRequestMessage> change, Action<IServiceCollection>? services = null) => new(
        key: new TestKeySource(),
        services: collection =>
        {
            services?.Invoke(collection);
            collection.AddHttpClient("guarded").AddSxtTokenHandler()
                .AddHttpMessageHandler(() => new ChangingHandler(change))
                .ConfigurePrimaryHttpMessageHandler(() => new RecordingHandler(_left));
        });
}
