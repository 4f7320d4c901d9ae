using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>Logins with API keys, alone and among signing keys.</summary>
public class ApiKeyLoginTests
{
    private const string ApiKey = "sxt_0123456789abcdefghijklmnop";
    private const string OtherApiKey = "sxt_ponmlkjihgfedcba9876543210";

    [Fact]
    public async Task An_api_key_alone_gets_a_token_and_its_user_need_not_be_configured()
    {
        await using var app = WithApiKeys("", ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        Assert.Equal("", app.Session.Status.UserId);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(TestApp.User, app.Session.Status.UserId);
        Assert.Equal((1, 0), (Exchanges(app), app.Logins));
    }

    [Fact]
    public async Task Each_renewal_is_another_exchange_before_the_token_expires()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        await app.StartAsync();

        for (var minute = 0; minute < 60; minute++)
        {
            using var response = await app.QueryAsync();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            app.Pass(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((3, 0, 0), (Exchanges(app), app.Logins, app.Refreshes));
        Assert.Equal(0, app.Gateway.Calls.ExpiredTokensPresented);
        Assert.All(app.Gateway.Calls.All.Where(call => call.Kind is SxtGatewayCallKind.Sql), call => Assert.Equal(200, call.Status));
    }

    [Fact]
    public async Task A_refresh_token_that_the_proxy_gives_all_the_same_is_not_used()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        var token = app.Gateway.IssueAccessToken(TestApp.User);
        var expires = app.Time.GetUtcNow().AddMinutes(25).ToUnixTimeMilliseconds();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(
            200,
            $$"""{"accessToken":"{{token}}","accessTokenExpires":{{expires}},"refreshToken":"r.e.f","refreshTokenExpires":{{expires}}}""",
            kind: SxtGatewayCallKind.ApiKeyExchange));
        using var response = await app.QueryAsync();

        app.Pass(TimeSpan.FromMinutes(22));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(Exchanges(app) > 1);
        Assert.Equal(0, app.Refreshes);
    }

    [Fact]
    public async Task The_key_stands_in_a_header_of_its_own_and_in_nothing_else()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);

        using var response = await app.QueryAsync();

        var exchange = Assert.Single(app.Gateway.Calls.All, call => call.Kind is SxtGatewayCallKind.ApiKeyExchange);
        Assert.Equal(("POST", "/auth/apikey", TestApp.User), (exchange.Method, exchange.Path, exchange.UserId));
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.ToString().Contains(ApiKey, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_api_key_is_followed_by_the_next_key_and_a_warning_names_it(int status)
    {
        await using var app = WithApiKeys(TestApp.User, OtherApiKey, ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        app.Gateway.InjectFault(SxtGatewayFault.Status(status, times: 1, SxtGatewayCallKind.ApiKeyExchange));

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("the API key in the settings:", Assert.Single(Warnings(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signing_key_comes_first_and_an_api_key_is_the_last_resort()
    {
        var signing = new TestKeySource("signing key");
        await using var app = With(TestApp.User, options =>
        {
            options.Keys.Add(new() { Source = signing });
            options.Keys.Add(new() { ApiKey = ApiKey });
        });
        app.Gateway.AddApiKey(TestApp.User, ApiKey);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("signing key:", Assert.Single(Warnings(app)), StringComparison.Ordinal);
        Assert.Equal(1, Exchanges(app));
    }

    [Fact]
    public async Task The_first_key_is_used_again_as_soon_as_it_is_accepted_again()
    {
        var signing = new TestKeySource("signing key");
        await using var app = With(TestApp.User, options =>
        {
            options.Keys.Add(new() { Source = signing });
            options.Keys.Add(new() { ApiKey = ApiKey });
        });
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        using var first = await app.QueryAsync();

        app.Gateway.AddUser(TestApp.User, signing.PublicKey);
        app.Pass(TimeSpan.FromMinutes(22));

        Assert.Equal((1, 0), (Exchanges(app), app.Refreshes));
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
        Assert.Equal([401, 200], app.Gateway.Calls.All.Where(call => call.Kind is SxtGatewayCallKind.Token).Select(call => call.Status));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_proxy_that_fails_is_followed_by_the_next_key(int status)
    {
        var signing = new TestKeySource("signing key");
        await using var app = With(TestApp.User, options =>
        {
            options.Keys.Add(new() { ApiKey = ApiKey });
            options.Keys.Add(new() { Source = signing });
        });
        app.Gateway.AddUser(TestApp.User, signing.PublicKey);
        app.Gateway.InjectFault(SxtGatewayFault.Status(status, kind: SxtGatewayCallKind.ApiKeyExchange));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(5));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Logins);
        Assert.Contains("the Space and Time proxy", Assert.Single(Warnings(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_key_works_a_proxy_that_fails_says_more_than_a_key_that_is_refused()
    {
        await using var app = With(TestApp.User, options =>
        {
            options.Keys.Add(new() { Source = new TestKeySource("signing key") });
            options.Keys.Add(new() { ApiKey = ApiKey });
        });
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.ApiKeyExchange, retryAfter: TimeSpan.FromSeconds(90)));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.Throttled, failure.Reason);
        Assert.True(failure.RetryAfter >= TimeSpan.FromSeconds(80), $"{failure.RetryAfter}");
        Assert.Contains("refused the signature", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Exchange of an API key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_every_api_key_is_refused_the_failure_says_where_to_look_and_the_gateway_is_not_asked_for_the_user()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);
        Assert.Contains("studio", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKey, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.IdExists));
        Assert.Equal(1, Exchanges(app));
    }

    [Fact]
    public async Task A_token_of_another_user_than_the_configured_one_is_refused()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        app.Gateway.AddApiKey("somebody-else", ApiKey);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);
        Assert.Contains("the API key is of another user", failure.Message, StringComparison.Ordinal);
        Assert.Contains(TestApp.User, failure.Message, StringComparison.Ordinal);
        Assert.Equal(SxtSessionState.Unavailable, app.Session.Status.State);
    }

    [Fact]
    public async Task Without_a_configured_user_the_first_token_decides_whose_session_it_is()
    {
        await using var app = WithApiKeys("", ApiKey, OtherApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        app.Gateway.AddApiKey("somebody-else", OtherApiKey);
        using var response = await app.QueryAsync();

        app.Gateway.RemoveApiKey(ApiKey);
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.Session.RenewAsync(TestContext.Current.CancellationToken));

        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);
        Assert.Contains("of another user", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TestApp.User, app.Session.Status.UserId);
    }

    [Fact]
    public async Task A_signing_key_without_a_user_is_a_login_failure_that_says_so_and_the_next_key_is_tried()
    {
        await using var app = With("", options =>
        {
            options.Keys.Add(new() { Source = new TestKeySource("signing key") });
            options.Keys.Add(new() { ApiKey = ApiKey });
        });

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        app.Pass(TimeSpan.FromSeconds(2));
        using var response = await app.QueryAsync();

        Assert.Contains("the API key's user", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UserId is missing; set it to the Space and Time user id to log in as: signing key", failure.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
    }

    [Fact]
    public async Task The_proxys_date_does_not_move_the_gateways_clock()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        var token = app.Gateway.IssueAccessToken(TestApp.User);
        var expires = app.Time.GetUtcNow().AddMinutes(25).ToUnixTimeMilliseconds();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(
            200,
            $$"""{"accessToken":"{{token}}","accessTokenExpires":{{expires}}}""",
            headers: [new("Date", app.Time.GetUtcNow().AddHours(2).ToString("R"))],
            kind: SxtGatewayCallKind.ApiKeyExchange));

        await app.StartAsync();

        Assert.Null(app.Session.Status.GatewayClockOffset);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task An_answer_without_a_token_is_a_bad_one()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, """{"accessTokenExpires":1}""", kind: SxtGatewayCallKind.ApiKeyExchange));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Contains("the Space and Time proxy answered with no usable access token", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_can_not_be_reached_is_named_with_its_setting()
    {
        await using var app = With(TestApp.User, options =>
        {
            options.ProxyUrl = new Uri("https://nowhere.test");
            options.Keys.Add(new() { ApiKey = ApiKey });
        });

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(5));
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => sending);

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Contains("the Space and Time proxy https://nowhere.test/ can't be reached", failure.Message, StringComparison.Ordinal);
        Assert.Contains("check ProxyUrl", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_is_made_up_for_by_another_exchange_at_once()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        app.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.ApiKeyExchange));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(1));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, Exchanges(app));
    }

    [Fact]
    public async Task A_session_that_the_gateway_ended_is_followed_by_one_exchange_and_the_request_is_sent_again()
    {
        await using var app = WithApiKeys(TestApp.User, ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        using var first = await app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(3));
        app.Gateway.RevokeSessions(TestApp.User);

        using var second = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, Exchanges(app));
    }

    [Fact]
    public async Task A_logout_presents_the_access_token_and_the_next_request_exchanges_the_key_again()
    {
        await using var app = WithApiKeys("", ApiKey);
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        using var first = await app.QueryAsync();

        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        var afterLogout = app.Session.Status;
        using var second = await app.QueryAsync();

        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.Equal((SxtSessionState.LoggedOut, TestApp.User), (afterLogout.State, afterLogout.UserId));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, Exchanges(app));
    }

    [Fact]
    public async Task A_kept_api_key_survives_an_outage_of_its_source()
    {
        var source = new TestKeySource("vault") { Opening = _ => new(SxtApiKey.FromValue(ApiKey)) };
        await using var app = With(TestApp.User, options =>
        {
            options.KeepKeyInMemory = true;
            options.Keys.Add(new() { Source = source });
        });
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        using var first = await app.QueryAsync();

        source.Fail();
        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, Exchanges(app));
    }

    [Fact]
    public async Task A_refused_api_key_that_was_just_replaced_is_opened_again()
    {
        var source = new TestKeySource("vault");
        source.Opening = _ => new(SxtApiKey.FromValue(source.Openings == 1 ? OtherApiKey : ApiKey));
        await using var app = With(TestApp.User, options => options.Keys.Add(new() { Source = source }));
        app.Gateway.AddApiKey(TestApp.User, ApiKey);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(Warnings(app));
    }

    private static TestApp WithApiKeys(string userId, params string[] apiKeys) => With(userId, options =>
    {
        foreach (var apiKey in apiKeys)
        {
            options.Keys.Add(new() { ApiKey = apiKey });
        }
    });

    /// <summary>An app that has these keys in the place of the one that the emulator brings along.</summary>
    private static TestApp With(string userId, Action<SxtOptions> addKeys) => new(services: services =>
        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.UserId = userId;
            options.Keys.Clear();
            addKeys(options);
        }));

    private static int Exchanges(TestApp app) => app.Gateway.Calls.Count(SxtGatewayCallKind.ApiKeyExchange);

    private static string[] Warnings(TestApp app) =>
        [.. app.Logs.GetSnapshot().Where(record => record.Id.Id == 1110 && record.Level == LogLevel.Warning).Select(record => record.Message)];
}
