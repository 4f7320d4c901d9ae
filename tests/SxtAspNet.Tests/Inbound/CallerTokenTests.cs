using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Inbound;

/// <summary>Calls on behalf of the caller.</summary>
public class CallerTokenTests
{
    private const string Gateway = "https://gateway.sxt.test/v1/auth/keys";

    private readonly RequestRecorder _recorder = new() { Answer = _ => Responses.Status(HttpStatusCode.OK) };

    [Fact]
    public async Task The_callers_token_is_sent_to_the_gateway()
    {
        await using var app = await StartAsync(client => client.AddSxtCallerTokenHandler());
        var token = app.Issue();

        using var response = await app.GetAsync(token, "/call?url=v1/auth/keys");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var request = Assert.Single(_recorder.Requests);
        Assert.Equal((new Uri(Gateway), $"Bearer {token}"), (request.Uri, request.Authorization));
    }

    [Fact]
    public async Task Each_caller_has_its_own()
    {
        await using var app = await StartAsync(client => client.AddSxtCallerTokenHandler());
        var tokens = Enumerable.Range(0, 10).Select(number => app.Issue($"user-{number}")).ToArray();

        await Task.WhenAll(tokens.Select(token => app.GetAsync(token, $"/call?url={Gateway}")));

        Assert.Equal(tokens.Select(token => $"Bearer {token}").Order(), _recorder.Requests.Select(request => request.Authorization!).Order());
    }

    [Theory]
    [InlineData("bearer  {0}")]
    [InlineData("Bearer {0} ")]
    public async Task The_header_is_sent_as_the_protocol_has_it(string format)
    {
        await using var app = await StartAsync(client => client.AddSxtCallerTokenHandler());
        var token = app.Issue();

        using var response = await app.GetWithHeaderAsync(string.Format(null, format, token), $"/call?url={Gateway}");

        Assert.Equal($"Bearer {token}", Assert.Single(_recorder.Requests).Authorization);
    }

    [Theory]
    [InlineData("https://elsewhere.test/", false)]
    [InlineData("http://gateway.sxt.test/", false)]
    [InlineData("https://gateway.sxt.test:8443/", false)]
    [InlineData("https://allowed.test/", true)]
    public async Task It_goes_to_allowed_origins_only(string url, bool isSent)
    {
        await using var app = await StartAsync(client => client.AddSxtCallerTokenHandler(), options => options.AllowedOrigins.Add(new Uri("https://allowed.test")));
        var token = app.Issue();

        using var first = await app.GetAsync(token, $"/call?url={url}");
        using var second = await app.GetAsync(token, $"/call?url={url}");

        Assert.All(_recorder.Requests, request => Assert.Equal(isSent ? $"Bearer {token}" : null, request.Authorization));
        Assert.Equal(isSent ? 0 : 1, app.Logs.GetSnapshot().Count(record => record.Id.Id == 1200));
    }

    [Theory]
    [InlineData("cdn.test", false)]
    [InlineData("gateway.sxt.test", true)]
    public async Task A_host_header_that_names_another_host_is_another_origin(string host, bool isSent)
    {
        await using var app = await StartAsync(client => client
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.Host = host).AddSxtCallerTokenHandler());
        var token = app.Issue();

        using var first = await app.GetAsync(token, $"/call?url={Gateway}");
        using var second = await app.GetAsync(token, $"/call?url={Gateway}");

        Assert.Equal(2, _recorder.Requests.Count);
        Assert.All(_recorder.Requests, request => Assert.Equal(isSent ? $"Bearer {token}" : null, request.Authorization));
        Assert.Equal(isSent ? 0 : 1, Events(app, 1200));
    }

    [Theory]
    [InlineData("https://elsewhere.test/", null)]
    [InlineData("https://allowed.test/", "cdn.test")]
    public async Task A_request_that_a_later_handler_turns_elsewhere_loses_the_token_and_the_log_says_so_once(string url, string? host)
    {
        await using var app = await StartGuardedAsync(request => (request.RequestUri, request.Headers.Host) = (new Uri(url), host));
        var token = app.Issue();

        using var first = await app.GetAsync(token, $"/call?url={Gateway}");
        using var second = await app.GetAsync(token, $"/call?url={Gateway}");

        Assert.Equal(2, _recorder.Requests.Count);
        Assert.All(_recorder.Requests, request => Assert.Null(request.Authorization));
        Assert.Equal(1, Events(app, 1203));
    }

    [Fact]
    public async Task A_request_made_anew_by_a_later_handler_loses_the_callers_token_elsewhere()
    {
        // It knows nothing of the options in which we remember what we set.
        await using var app = await StartGuardedAsync(request =>
        {
            ((IDictionary<string, object?>)request.Options).Clear();
            request.RequestUri = new Uri("https://elsewhere.test/");
        });

        using var response = await app.GetAsync(app.Issue(), $"/call?url={Gateway}");

        Assert.Null(Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_header_of_the_apps_own_stays_where_a_later_handler_turns_the_request()
    {
        await using var app = await StartGuardedAsync(request =>
        {
            request.RequestUri = new Uri("https://elsewhere.test/");
            request.Headers.Authorization = new("Basic", "b3duOm93bg==");
        });

        using var response = await app.GetAsync(app.Issue(), $"/call?url={Gateway}");

        Assert.Equal("Basic b3duOm93bg==", Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_caller_without_a_token_is_a_clear_error_and_nothing_is_sent()
    {
        await using var app = await StartAsync(client => client.AddSxtCallerTokenHandler());

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync(null, $"/call-openly?url={Gateway}"));

        Assert.StartsWith("The caller of this request did not authenticate with the scheme 'SxtBearer'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_recorder.Requests);
    }

    [Fact]
    public async Task A_caller_whose_token_was_refused_has_none()
    {
        await using var app = await StartAsync(
            client => client.AddSxtCallerTokenHandler(),
            options => options.Events.OnTokenValidated = context =>
            {
                context.Fail("not this one");
                return Task.CompletedTask;
            });

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync(app.Issue(), $"/call-openly?url={Gateway}"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync("abc", $"/call-openly?url={Gateway}"));

        Assert.Empty(_recorder.Requests);
    }

    [Fact]
    public async Task Outside_of_a_request_is_a_clear_error()
    {
        await using var app = await StartAsync(client => client.AddSxtCallerTokenHandler());
        using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.GetAsync(new Uri(Gateway), TestContext.Current.CancellationToken));

        Assert.StartsWith("There is no caller", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_recorder.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_takes_the_place_of_the_apps_own_token(bool isLast)
    {
        await using var app = await StartAsync(
            client => _ = isLast ? client.AddSxtTokenHandler().AddSxtCallerTokenHandler() : client.AddSxtCallerTokenHandler().AddSxtTokenHandler(),
            services: services => services.AddSxt(options => (options.UserId, options.LoginAtStartup) = ("app", SxtLoginAtStartup.OnDemand)));
        var token = app.Issue();

        using var response = await app.GetAsync(token, $"/call?url={Gateway}");
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync(null, $"/call-openly?url={Gateway}"));

        Assert.Equal($"Bearer {token}", Assert.Single(_recorder.Requests).Authorization);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Fact]
    public async Task It_takes_the_place_of_a_handler_that_all_clients_have()
    {
        await using var app = await StartAsync(
            client => client.AddSxtCallerTokenHandler(),
            services: services =>
            {
                services.AddSxt(options => (options.UserId, options.LoginAtStartup) = ("app", SxtLoginAtStartup.OnDemand));
                services.ConfigureHttpClientDefaults(defaults => defaults.AddSxtTokenHandler());
            });
        var token = app.Issue();

        using var response = await app.GetAsync(token, $"/call?url={Gateway}");

        Assert.Equal($"Bearer {token}", Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task A_request_that_comes_again_gets_the_token_again_unless_it_goes_elsewhere()
    {
        var target = Gateway;
        await using var app = await StartAsync(client => client
            .AddHttpMessageHandler(() => new SecondAttempt(request => request.RequestUri = new Uri(target)))
            .AddSxtCallerTokenHandler());
        var token = app.Issue();

        using var same = await app.GetAsync(token, $"/call?url={Gateway}");
        target = "https://elsewhere.test/";
        using var other = await app.GetAsync(token, $"/call?url={Gateway}");

        string? header = $"Bearer {token}";
        Assert.Equal([header, header, header, null], _recorder.Requests.Select(request => request.Authorization));
    }

    [Fact]
    public async Task A_header_of_the_apps_own_is_left_alone()
    {
        await using var app = await StartAsync(client => client
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("Authorization", "Basic eDp5")).AddSxtCallerTokenHandler());

        using var response = await app.GetAsync(app.Issue(), $"/call?url={Gateway}");

        Assert.Equal("Basic eDp5", Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task The_token_is_that_of_the_named_scheme()
    {
        await using var app = await StartAsync(
            client => client.AddSxtCallerTokenHandler("Partners"),
            services: services => services.AddAuthentication().AddSxtBearer("Partners", options => options.AllowAnyUser = true));
        var token = app.Issue();

        using var partner = await app.GetAsync(token, $"/call-both?url={Gateway}");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync(token, $"/call?url={Gateway}"));

        Assert.Equal($"Bearer {token}", Assert.Single(_recorder.Requests).Authorization);
        Assert.Contains("'Partners'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scheme_that_is_not_registered_is_named()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("api").AddSxtCallerTokenHandler("Partners");
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("api"));

        Assert.Contains("AddSxtBearer(\"Partners\"", failure.Message, StringComparison.Ordinal);
    }

    private static int Events(InboundApp app, int id) => app.Logs.GetSnapshot().Count(record => record.Id.Id == id);

    /// <summary>What leaves is recorded behind the guard, in the place of the primary handler.</summary>
    private Task<InboundApp> StartGuardedAsync(Action<HttpRequestMessage> change) => StartAsync(
        client => client
            .AddSxtCallerTokenHandler()
            .AddHttpMessageHandler(() => new ChangingHandler(change))
            .ConfigurePrimaryHttpMessageHandler(() => new RecordingHandler(_recorder)),
        options => options.AllowedOrigins.Add(new Uri("https://allowed.test")),
        isGuarded: true);

    private Task<InboundApp> StartAsync(
        Action<IHttpClientBuilder> client, Action<SxtBearerOptions>? options = null, Action<IServiceCollection>? services = null, bool isGuarded = false) =>
        InboundApp.StartAsync(
            bearer =>
            {
                bearer.AllowAnyUser = true;
                options?.Invoke(bearer);
            },
            collection =>
            {
                services?.Invoke(collection);
                var builder = collection.AddHttpClient("api");
                client(builder);
                if (!isGuarded)
                {
                    builder.AddHttpMessageHandler(() => new RecordingHandler(_recorder));
                }
            },
            endpoints: routes =>
            {
                routes.MapGet("/call", CallAsync).RequireAuthorization();
                routes.MapGet("/call-openly", CallAsync);
                routes.MapGet("/call-both", CallAsync).RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "SxtBearer,Partners" });
            });

    private static async Task CallAsync(string url, IHttpClientFactory clients)
    {
        using var client = clients.CreateClient("api");
        using var response = await client.GetAsync(new Uri(url, UriKind.RelativeOrAbsolute));
    }
}
