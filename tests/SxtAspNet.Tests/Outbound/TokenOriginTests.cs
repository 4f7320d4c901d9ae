using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

public class TokenOriginTests
{
    [Theory]
    [InlineData("https://elsewhere.test/v1/sql")]
    [InlineData("http://gateway.sxt.test/v1/sql")]
    [InlineData("https://gateway.sxt.test:8443/v1/sql")]
    [InlineData("https://gateway.sxt.test.elsewhere.test/v1/sql")]
    [InlineData("https://gateway.sxt.test@elsewhere.test/v1/sql")]
    public async Task A_request_to_another_origin_goes_without_a_token(string url)
    {
        await using var app = CreateApp();
        await app.StartAsync();

        using var response = await GetAsync(app, url);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(Assert.Single(app.Recorder.Requests).Authorization);
    }

    [Theory]
    [InlineData("https://GATEWAY.sxt.test/v1/sql")]
    [InlineData("https://gateway.sxt.test:443/v1/sql")]
    [InlineData("/v1/sql")]
    [InlineData("https://api.test:8443/orders")]
    [InlineData("https://bücher.test/orders")]
    [InlineData("https://xn--bcher-kva.test/orders")]
    [InlineData("http://localhost:5000/orders")]
    public async Task A_request_to_the_gateway_or_an_allowed_origin_gets_the_token(string url)
    {
        await using var app = CreateApp();

        using var response = await GetAsync(app, url);

        var token = await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        Assert.Equal($"Bearer {token.GetValue()}", Assert.Single(app.Recorder.Requests).Authorization);
    }

    [Theory]
    [InlineData("https://bücher.test/orders", "bücher.test", true)]
    [InlineData("https://bücher.test/orders", "xn--bcher-kva.test", true)]
    [InlineData("https://bücher.test/orders", "bucher.test", false)]
    [InlineData("http://127.0.0.1:5000/orders", "127.0.0.1:5000", true)]
    [InlineData("http://127.0.0.1:5000/orders", "127.0.0.1", false)]
    [InlineData("http://[::1]:5000/orders", "[::1]:5000", true)]
    public async Task A_host_header_may_name_the_host_in_each_way_that_its_url_can(string url, string host, bool isSent)
    {
        await using var app = CreateApp();
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Host", host);

        using var response = await app.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(isSent, Assert.Single(app.Recorder.Requests).Authorization is not null);
    }

    [Fact]
    public async Task Headers_whose_names_are_as_long_as_those_that_matter_change_nothing()
    {
        await using var app = CreateApp();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sql");
        request.Headers.Add("From", "someone@elsewhere.test");
        request.Headers.Add("If-None-Match", "\"1\"");

        using var response = await app.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.NotNull(Assert.Single(app.Recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_request_to_another_origin_causes_no_login()
    {
        await using var app = CreateApp();

        using var response = await GetAsync(app, "https://elsewhere.test/");

        Assert.Empty(app.Gateway.Calls.All);
    }

    [Fact]
    public async Task Another_origin_is_warned_about_once()
    {
        await using var app = CreateApp();

        foreach (var url in new[] { "https://elsewhere.test/a", "https://elsewhere.test/b?c=d", "https://other.test/", "https://elsewhere.test/a" })
        {
            using var response = await GetAsync(app, url);
        }

        var warnings = app.Logs.GetSnapshot().Where(record => record.Id.Id == 1200).ToArray();
        Assert.All(warnings, record => Assert.Equal(LogLevel.Warning, record.Level));
        Assert.Collection(
            warnings,
            first => Assert.Contains("https://elsewhere.test are", first.Message, StringComparison.Ordinal),
            second => Assert.Contains("https://other.test are", second.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_warning_does_not_show_the_user_in_the_url()
    {
        await using var app = CreateApp();

        using var response = await GetAsync(app, "https://someone:password@elsewhere.test/");

        var warning = Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1200);
        Assert.DoesNotContain("password", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_skips_authentication_gets_no_token_and_no_warning()
    {
        await using var app = CreateApp();
        using var toGateway = new HttpRequestMessage(HttpMethod.Get, "https://gateway.sxt.test/v1/sql");
        using var elsewhere = new HttpRequestMessage(HttpMethod.Get, "https://elsewhere.test/");
        toGateway.SkipSxtAuthentication();
        elsewhere.SkipSxtAuthentication();

        using var first = await app.CreateClient().SendAsync(toGateway, TestContext.Current.CancellationToken);
        using var second = await app.CreateClient().SendAsync(elsewhere, TestContext.Current.CancellationToken);

        Assert.All(app.Recorder.Requests, request => Assert.Null(request.Authorization));
        Assert.Empty(app.Gateway.Calls.All);
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Id.Id == 1200);
    }

    [Fact]
    public async Task A_request_that_does_not_skip_after_all_gets_the_token()
    {
        await using var app = CreateApp();
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://gateway.sxt.test/v1/sql");
        request.SkipSxtAuthentication().SkipSxtAuthentication(false);

        using var response = await app.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.NotNull(Assert.Single(app.Recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_request_skips_also_when_another_one_does_not_after_all()
    {
        await using var app = CreateApp();
        using var skipping = new HttpRequestMessage(HttpMethod.Get, "/v1/sql");
        using var other = new HttpRequestMessage(HttpMethod.Get, "/v1/sql");
        skipping.SkipSxtAuthentication();
        other.SkipSxtAuthentication(false);

        using var response = await app.CreateClient().SendAsync(skipping, TestContext.Current.CancellationToken);

        Assert.Null(Assert.Single(app.Recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_callers_own_authorization_is_left_alone_and_its_401_is_the_callers()
    {
        await using var app = CreateApp();
        await app.StartAsync();
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.Unauthorized);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://gateway.sxt.test/v1/sql");
        request.Headers.Authorization = new("Basic", "b3duOm93bg==");

        using var response = await app.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic b3duOm93bg==", Assert.Single(app.Recorder.Requests).Authorization);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task A_callers_own_authorization_goes_to_any_origin()
    {
        await using var app = CreateApp();
        using var client = app.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Basic", "b3duOm93bg==");

        using var response = await client.GetAsync(new Uri("https://elsewhere.test/"), TestContext.Current.CancellationToken);

        Assert.Equal("Basic b3duOm93bg==", Assert.Single(app.Recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_request_that_is_turned_to_another_host_between_attempts_loses_the_token()
    {
        var recorder = new RequestRecorder { Answer = _ => Responses.Status(HttpStatusCode.OK) };
        await using var app = CreateApp(services => services.AddHttpClient("turning")
            .AddHttpMessageHandler(() => new SecondAttempt(request => request.RequestUri = new Uri("https://elsewhere.test/")))
            .AddSxtTokenHandler()
            .AddHttpMessageHandler(() => new RecordingHandler(recorder)));

        using var response = await app.QueryAsync(app.CreateClient("turning"));

        Assert.Collection(
            recorder.Requests,
            first => Assert.NotNull(first.Authorization),
            second => Assert.Null(second.Authorization));
    }

    [Fact]
    public async Task A_token_of_an_earlier_attempt_is_replaced_by_the_present_one()
    {
        var recorder = new RequestRecorder { Answer = _ => Responses.Status(HttpStatusCode.OK) };
        TestApp app = null!;
        await using var created = app = CreateApp(services => services.AddHttpClient("renewing")
            .AddHttpMessageHandler(() => new SecondAttempt(
                _ => app.Session.RenewAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult()))
            .AddSxtTokenHandler()
            .AddHttpMessageHandler(() => new RecordingHandler(recorder)));

        using var response = await app.QueryAsync(app.CreateClient("renewing"));

        var token = await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, recorder.Requests.Count);
        Assert.NotEqual(recorder.Requests[0].Authorization, recorder.Requests[1].Authorization);
        Assert.Equal($"Bearer {token.GetValue()}", recorder.Requests[1].Authorization);
    }

    [Fact]
    public async Task A_token_of_an_earlier_attempt_is_taken_off_when_the_next_one_skips_authentication()
    {
        var recorder = new RequestRecorder { Answer = _ => Responses.Status(HttpStatusCode.OK) };
        await using var app = CreateApp(services => services.AddHttpClient("skipping")
            .AddHttpMessageHandler(() => new SecondAttempt(
                request => request.SkipSxtAuthentication()))
            .AddSxtTokenHandler()
            .AddHttpMessageHandler(() => new RecordingHandler(recorder)));

        using var response = await app.QueryAsync(app.CreateClient("skipping"));

        Assert.Null(recorder.Requests[1].Authorization);
    }

    private static TestApp CreateApp(Action<IServiceCollection>? services = null)
    {
        var app = new TestApp(
            options =>
            {
                options.AllowedOrigins.Add(new Uri("https://api.test:8443"));
                options.AllowedOrigins.Add(new Uri("https://bücher.test"));
                options.AllowedOrigins.Add(new Uri("http://localhost:5000"));
                options.AllowedOrigins.Add(new Uri("http://127.0.0.1:5000"));
                options.AllowedOrigins.Add(new Uri("http://[::1]:5000"));
            },
            services);
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.OK);
        return app;
    }

    private static Task<HttpResponseMessage> GetAsync(TestApp app, string url) =>
        app.CreateClient().GetAsync(new Uri(url, UriKind.RelativeOrAbsolute), TestContext.Current.CancellationToken);
}
