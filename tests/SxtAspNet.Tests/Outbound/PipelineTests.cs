using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

public class PipelineTests
{
    private readonly RequestRecorder _recorder = new();

    [Fact]
    public async Task The_handler_added_twice_replays_once_at_most()
    {
        await using var app = new TestApp(services: services => services.AddHttpClient("twice")
            .AddSxtTokenHandler().AddSxtTokenHandler().AddHttpMessageHandler(() => new RecordingHandler(_recorder)));
        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(3));
        _recorder.Answer = _ =>
        {
            app.Gateway.RevokeSessions(TestApp.User);
            return Responses.Status(HttpStatusCode.Unauthorized);
        };

        using var response = await app.QueryAsync(app.CreateClient("twice"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, _recorder.Requests.Count);
    }

    [Fact]
    public async Task The_handler_added_twice_sends_one_token_and_replays_after_a_death()
    {
        await using var app = new TestApp(services: services => services.AddHttpClient("twice")
            .AddSxtTokenHandler().AddSxtTokenHandler().AddHttpMessageHandler(() => new RecordingHandler(_recorder)));
        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(3));
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = await app.QueryAsync(app.CreateClient("twice"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, _recorder.Requests.Count);
        Assert.All(_recorder.Requests, request => Assert.Single(request.Authorization!.Split("Bearer ", StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task In_the_defaults_of_all_clients_the_handler_serves_each_of_them()
    {
        await using var app = new TestApp(services: services =>
        {
            services.ConfigureHttpClientDefaults(defaults => defaults.AddSxtTokenHandler());
            services.AddHttpClient("plain", client => client.BaseAddress = new Uri("https://gateway.sxt.test"));
        });

        using var response = await app.QueryAsync(app.CreateClient("plain"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_client_of_another_identity_than_that_of_all_clients_sends_its_own_token_only()
    {
        await using var app = new TestApp(services: services =>
        {
            services.AddSxt("reports", options => options.UserId = "reports-service");
            services.ConfigureHttpClientDefaults(defaults => defaults.AddSxtTokenHandler());
            services.AddHttpClient("reports").AddSxtTokenHandler("reports");
        });

        using var response = await app.QueryAsync(app.CreateClient("reports"));

        Assert.Equal("reports-service", Assert.Single(app.Gateway.Calls.All, call => call.Kind == SxtGatewayCallKind.Sql).UserId);
        Assert.DoesNotContain(app.Gateway.Calls.All, call => call.UserId == TestApp.User);
    }

    [Fact]
    public async Task A_client_of_another_identity_sends_the_token_of_all_clients_where_only_that_may_go()
    {
        var others = new Uri("https://other.test/");
        await using var app = new TestApp(
            options => options.AllowedOrigins.Add(others),
            services =>
            {
                services.AddSxt("reports", options => options.UserId = "reports-service");
                services.ConfigureHttpClientDefaults(defaults => defaults.AddSxtTokenHandler());
                services.AddHttpClient("reports").AddSxtTokenHandler("reports").AddHttpMessageHandler(() => new RecordingHandler(_recorder));
            });
        _recorder.Answer = _ => Responses.Status(HttpStatusCode.OK);

        using var response = await app.CreateClient("reports").GetAsync(others, TestContext.Current.CancellationToken);

        var token = await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        Assert.Equal($"Bearer {token.GetValue()}", Assert.Single(_recorder.Requests).Authorization);
    }

    [Fact]
    public async Task In_the_defaults_of_all_clients_the_handler_leaves_base_addresses_alone()
    {
        await using var app = new TestApp(services: services =>
            services.ConfigureHttpClientDefaults(defaults => defaults.AddSxtTokenHandler()));

        using var client = app.CreateClient("plain");

        Assert.Null(client.BaseAddress);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_api_that_fails_once_is_asked_again_with_the_token(bool isResilienceOutside)
    {
        await using var app = CreateResilientApp(isResilienceOutside);
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, times: 1, SxtGatewayCallKind.Sql));

        using var response = await app.QueryAsync(app.CreateClient("resilient"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Sql));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task That_posts_are_sent_again_is_said_once_for_each_client()
    {
        await using var app = CreateResilientApp(isResilienceOutside: true);
        await app.StartAsync();

        foreach (var client in new[] { "resilient", "", "resilient" })
        {
            app.Gateway.InjectFault(SxtGatewayFault.Status(503, times: 1, SxtGatewayCallKind.Sql));
            using var response = await app.QueryAsync(app.CreateClient(client));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Collection(
            app.Logs.GetSnapshot().Where(log => log.Id.Id == 1205),
            first => Assert.Contains("the client 'resilient'", first.Message, StringComparison.Ordinal),
            second => Assert.Contains("the client 'Default'", second.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public async Task A_renewal_between_two_attempts_ends_with_the_new_token(bool isResilienceOutside, int sends)
    {
        await using var app = CreateResilientApp(isResilienceOutside);
        await app.StartAsync();
        _recorder.Answer = _ =>
        {
            if (_recorder.Requests.Count > 1)
            {
                return null;
            }

            app.Session.RenewAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            return Responses.Status(HttpStatusCode.ServiceUnavailable);
        };

        using var response = await app.QueryAsync(app.CreateClient("resilient"));

        // Outside, each attempt takes the present token; inside, the old one is sent again and its 401 is replayed.
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(sends, _recorder.Requests.Count);
        Assert.NotEqual(_recorder.Requests[0].Authorization, _recorder.Requests[^1].Authorization);
        Assert.Equal(1, app.Logins);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_login_stays_a_typed_failure_and_retries_cause_no_storm(bool isResilienceOutside)
    {
        await using var app = CreateResilientApp(isResilienceOutside);
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Challenge));

        var failures = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync(app.CreateClient("resilient")))));

        Assert.All(failures, failure => Assert.Equal(SxtFailureReason.Throttled, failure.Reason));
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Empty(_recorder.Requests);
    }

    [Fact]
    public async Task Retries_of_all_the_apps_clients_do_not_touch_the_gateway_calls()
    {
        await using var app = await HttpTestApp.StartAsync(services =>
            services.ConfigureHttpClientDefaults(defaults => defaults.AddHttpMessageHandler(() => new RetryingHandler())));
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        app.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Refresh));

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Refresh));
        Assert.Equal(0, app.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Token));

        // The app's own requests do pass them.
        app.Gateway.InjectFault(SxtGatewayFault.Status(500, times: 2, SxtGatewayCallKind.Sql));
        using var response = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, app.Gateway.Calls.Count(SxtGatewayCallKind.Sql));
    }

    /// <summary>An app with two clients that try again, of which one has no name.</summary>
    private TestApp CreateResilientApp(bool isResilienceOutside) => new(services: services =>
    {
        AddResilient(services.AddHttpClient("resilient"), isResilienceOutside);
        AddResilient(services.AddHttpClient(""), isResilienceOutside);
    });

    private void AddResilient(IHttpClientBuilder client, bool isResilienceOutside)
    {
        if (isResilienceOutside)
        {
            client.AddStandardResilienceHandler(RetryAtOnce);
            client.AddSxtTokenHandler();
        }
        else
        {
            client.AddSxtTokenHandler();
            client.AddStandardResilienceHandler(RetryAtOnce);
        }

        client.AddHttpMessageHandler(() => new RecordingHandler(_recorder));
    }

    internal static void RetryAtOnce(HttpStandardResilienceOptions options)
    {
        options.Retry.Delay = TimeSpan.Zero;
        options.Retry.UseJitter = false;
        options.Retry.BackoffType = DelayBackoffType.Constant;
        options.Retry.ShouldRetryAfterHeader = false;
    }
}
