using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Clients with several of our handlers.</summary>
public class NearestHandlerTests
{
    private readonly RequestRecorder _recorder = new();

    [Theory]
    [InlineData("https://gateway.sxt.test", "inner")]
    [InlineData("https://of-all.test", "inner")]
    [InlineData("https://of-outer-and-inner.test", "inner")]
    [InlineData("https://of-outer-and-middle.test", "middle")]
    [InlineData("https://of-outer.test", "")]
    public async Task Of_three_identities_the_nearest_whose_token_may_go_there_sends_it(string url, string identity)
    {
        await using var app = new TestApp(
            options => Allow(options, "https://of-all.test", "https://of-outer-and-inner.test", "https://of-outer-and-middle.test", "https://of-outer.test"),
            services =>
            {
                services.AddSxt("middle", options => Allow(options, "https://of-all.test", "https://of-outer-and-middle.test").UserId = "middle");
                services.AddSxt("inner", options => Allow(options, "https://of-all.test", "https://of-outer-and-inner.test").UserId = "inner");
                services.AddHttpClient("three").AddSxtTokenHandler().AddSxtTokenHandler("middle").AddSxtTokenHandler("inner")
                    .AddHttpMessageHandler(() => new RecordingHandler(_recorder));
            });
        _recorder.Answer = _ => Responses.Status(HttpStatusCode.OK);

        using var response = await app.CreateClient("three").GetAsync(new Uri(url), TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Logins);
        var session = app.Services.GetRequiredKeyedService<ISxtSession>(identity);
        var token = await session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, app.Logins);
        Assert.Equal($"Bearer {token.GetValue()}", Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task The_handler_added_twice_says_that_posts_are_sent_again()
    {
        await using var app = new TestApp(services: services =>
        {
            var client = services.AddHttpClient("twice");
            client.AddStandardResilienceHandler(PipelineTests.RetryAtOnce);
            client.AddSxtTokenHandler().AddSxtTokenHandler();
        });
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, times: 1, SxtGatewayCallKind.Sql));

        using var response = await app.QueryAsync(app.CreateClient("twice"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1205);
    }

    [Fact]
    public async Task The_handler_added_twice_sends_again_what_the_inner_one_gave_up()
    {
        TestApp app = null!;
        await using var created = app = new TestApp(services: services => services.AddHttpClient("twice")
            .AddSxtTokenHandler()
            .AddHttpMessageHandler(() => new AfterwardsHandler(() => app.Session.RenewAsync(TestContext.Current.CancellationToken)))
            .AddSxtTokenHandler()
            .AddHttpMessageHandler(() => new RecordingHandler(_recorder)));
        await app.StartAsync();
        _recorder.Answer = _ => Responses.Status(_recorder.Requests.Count == 1 ? HttpStatusCode.Unauthorized : HttpStatusCode.OK);
        using var content = JsonContent.Create(1);

        using var response = await app.CreateClient("twice").PostAsync("v1/sql", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, _recorder.Requests.Select(request => request.Authorization).Distinct().Count());
    }

    private static SxtOptions Allow(SxtOptions options, params string[] origins)
    {
        Array.ForEach(origins, origin => options.AllowedOrigins.Add(new Uri(origin)));
        return options;
    }

    /// <summary>Does something between an answer 401 and whoever waits for it.</summary>
    private sealed class AfterwardsHandler(Func<Task> act) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                await act();
            }

            return response;
        }
    }
}
