using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

public class RefusalTests
{
    private static readonly Dictionary<string, (Func<InboundApp, string> Header, SxtTokenRefusal Reason)> Cheap = new()
    {
        ["no token behind the scheme"] = (_ => "Bearer", SxtTokenRefusal.MalformedHeader),
        ["only blanks behind the scheme"] = (_ => "Bearer  ", SxtTokenRefusal.MalformedHeader),
        ["two tokens"] = (app => $"Bearer {app.Issue()} {app.Issue()}", SxtTokenRefusal.MalformedHeader),
        ["a list of tokens"] = (app => $"Bearer {app.Issue()},Bearer {app.Issue()}", SxtTokenRefusal.MalformedHeader),
        ["no JWT"] = (_ => "Bearer abc", SxtTokenRefusal.MalformedToken),
        ["two parts"] = (_ => "Bearer e30.e30", SxtTokenRefusal.MalformedToken),
        ["four parts"] = (app => $"Bearer {app.Issue()}.e30", SxtTokenRefusal.MalformedToken),
        ["no signature"] = (app => $"Bearer {app.Issue()[..(app.Issue().LastIndexOf('.') + 1)]}", SxtTokenRefusal.MalformedToken),
        ["characters that no JWT has"] = (app => $"Bearer {app.Issue()}=", SxtTokenRefusal.MalformedToken),
        ["a header that is not JSON"] = (_ => $"Bearer {Jwt.Make("x", "{}")}", SxtTokenRefusal.MalformedToken),
        ["a payload that is not JSON"] = (_ => $"Bearer {Jwt.Make("{}", "x")}", SxtTokenRefusal.MalformedToken),
        ["a payload that is a list"] = (_ => $"Bearer {Jwt.Make("{}", "[]")}", SxtTokenRefusal.MalformedToken),
        ["a payload that is nothing"] = (_ => $"Bearer {Jwt.Make("{}", "null")}", SxtTokenRefusal.MalformedToken),
        ["no expiry"] = (app => Forged(app, payload => payload.Remove("exp")), SxtTokenRefusal.MalformedToken),
        ["an expiry that is text"] = (app => Forged(app, payload => payload["exp"] = "soon"), SxtTokenRefusal.MalformedToken),
        ["an expiry beyond time"] = (app => Forged(app, payload => payload["exp"] = long.MaxValue), SxtTokenRefusal.MalformedToken),
        ["a start before time"] = (app => Forged(app, payload => payload["nbf"] = long.MinValue), SxtTokenRefusal.MalformedToken),
        ["a user that is a number"] = (app => Forged(app, payload => payload["user"] = 7), SxtTokenRefusal.MalformedToken),
        ["no type"] = (app => Forged(app, payload => payload.Remove("type")), SxtTokenRefusal.NotAnAccessToken),
        ["a refresh token"] = (app => Forged(app, payload => payload["type"] = "refresh"), SxtTokenRefusal.NotAnAccessToken),
        ["a refresh token by its header"] = (app => "Bearer " + Jwt.Forge(app.Time.GetUtcNow(), header: header => header["type"] = "refresh"), SxtTokenRefusal.NotAnAccessToken),
        ["of a user that is not accepted"] = (app => "Bearer " + app.Issue("somebody"), SxtTokenRefusal.UserNotAllowed),
        ["of a user in another case"] = (app => "Bearer " + app.Issue("Orders-Service"), SxtTokenRefusal.UserNotAllowed),
        ["of no user where only users are listed"] = (app => Forged(app, payload => payload.Remove("user")), SxtTokenRefusal.UserNotAllowed),
        ["too long"] = (app => Forged(app, payload => payload["more"] = new string('x', 4096)), SxtTokenRefusal.TooLong),
    };

    public static TheoryData<string> CheapOnes => [.. Cheap.Keys];

    [Theory]
    [MemberData(nameof(CheapOnes))]
    public async Task What_cannot_be_valid_is_refused_without_asking_the_gateway(string name)
    {
        List<Exception> failures = [];
        await using var app = await InboundApp.StartAsync(Remember(failures));

        using var response = await app.GetWithHeaderAsync(Cheap[name].Header(app));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(Cheap[name].Reason, Assert.IsType<SxtTokenRefusedException>(Assert.Single(failures)).Reason);
        Assert.Contains(
            Cheap[name].Reason is SxtTokenRefusal.MalformedHeader ? "error=\"invalid_request\"" : "error=\"invalid_token\"",
            response.Challenge(),
            StringComparison.Ordinal);
        Assert.Equal(0, app.Validations);
    }

    [Fact]
    public async Task A_token_of_just_the_greatest_length_is_looked_at()
    {
        await using var app = await InboundApp.StartAsync();
        var empty = Jwt.Forge(app.Time.GetUtcNow(), payload => payload["more"] = "");
        var token = empty + new string('A', 4096 - empty.Length);

        using var response = await app.GetAsync(token);
        using var longer = await app.GetAsync(token + "A");

        Assert.Contains("gateway does not accept", response.Challenge(), StringComparison.Ordinal);
        Assert.Contains("too long", longer.Challenge(), StringComparison.Ordinal);
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task A_forged_token_is_refused_by_the_gateway()
    {
        List<Exception> failures = [];
        await using var app = await InboundApp.StartAsync(Remember(failures));

        using var response = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow()));

        Assert.Equal(
            "realm=\"Space and Time\", error=\"invalid_token\", error_description=\"The gateway does not accept the token\"",
            response.Challenge());
        Assert.Equal(SxtTokenRefusal.RefusedByGateway, Assert.IsType<SxtTokenRefusedException>(Assert.Single(failures)).Reason);
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        await using var app = await InboundApp.StartAsync();
        var parts = app.Issue().Split('.');
        var payload = Jwt.Payload(string.Join('.', parts));
        payload["type"] = "refresh";

        using var response = await app.GetAsync($"{parts[0]}.{Jwt.Part(System.Text.Encoding.UTF8.GetBytes(payload.ToJsonString()))}.{parts[2]}");

        Assert.Contains("not an access token", response.Challenge(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_names_another_user_than_the_gateway_is_refused()
    {
        List<Exception> failures = [];
        await using var app = await InboundApp.StartAsync(options =>
        {
            Remember(failures)(options);
            options.AllowedUsers.Add("somebody");
        });
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, """{"userId":"somebody"}""", kind: SxtGatewayCallKind.ValidToken));

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(SxtTokenRefusal.UserMismatch, Assert.IsType<SxtTokenRefusedException>(Assert.Single(failures)).Reason);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1502);
    }

    [Fact]
    public async Task A_token_without_a_user_can_be_accepted_by_its_subscription()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowedSubscriptions.Add("x"));
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, """{"userId":"orders-service"}""", kind: SxtGatewayCallKind.ValidToken));

        using var user = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow(), payload => payload.Remove("user")));

        Assert.Equal(InboundApp.User, await user.TextAsync());
    }

    [Fact]
    public async Task An_expired_token_is_refused_to_the_second_once_the_gateways_time_is_known()
    {
        await using var app = await InboundApp.StartAsync(localClockOffset: TimeSpan.FromMinutes(4));
        var early = app.Issue();
        app.Time.Advance(TimeSpan.FromMinutes(2));
        using var other = await app.GetAsync(app.Issue());
        app.Time.Advance(TimeSpan.FromMinutes(23) + TimeSpan.FromSeconds(6));
        using var another = await app.GetAsync(app.Issue());
        var validations = app.Validations;

        using var response = await app.GetAsync(early);

        Assert.Contains("expired", response.Challenge(), StringComparison.Ordinal);
        Assert.Equal(validations, app.Validations);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-4)]
    public async Task A_clock_wrong_by_minutes_refuses_no_token_that_works(int minutes)
    {
        await using var app = await InboundApp.StartAsync(localClockOffset: TimeSpan.FromMinutes(minutes));
        var token = app.Issue();
        app.Time.Advance(TimeSpan.FromMinutes(minutes > 0 ? 24.9 : 0));

        using var response = await app.GetAsync(token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Several_authorization_headers_are_refused_if_one_of_them_is_a_bearer()
    {
        await using var app = await InboundApp.StartAsync();
        var token = app.Issue();

        Assert.Equal((401, "error=\"invalid_request\""), await AnswerAsync(new StringValues([$"Bearer {token}", $"Bearer {token}"])));
        Assert.Equal((401, "error=\"invalid_request\""), await AnswerAsync(new StringValues(["Basic eDp5", $"Bearer {token}"])));
        Assert.Equal((401, ""), await AnswerAsync(new StringValues(["Basic eDp5", "Basic eDp5"])));

        async Task<(int, string)> AnswerAsync(StringValues values)
        {
            var context = await app.Server.SendAsync(request =>
            {
                request.Request.Path = "/me";
                request.Request.Headers.Authorization = values;
            });
            var challenge = context.Response.Headers.WWWAuthenticate.ToString();
            return (context.Response.StatusCode, challenge.Split(", ").FirstOrDefault(part => part.StartsWith("error=", StringComparison.Ordinal)) ?? "");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic eDp5")]
    [InlineData("BearerX abc")]
    public async Task A_request_without_a_token_is_challenged_without_an_error(string? header)
    {
        List<Exception> failures = [];
        await using var app = await InboundApp.StartAsync(Remember(failures));

        using var response = await app.GetWithHeaderAsync(header);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("realm=\"Space and Time\"", response.Challenge());
        Assert.Empty(failures);
    }

    [Fact]
    public async Task Errors_are_left_out_where_the_app_says_so()
    {
        await using var app = await InboundApp.StartAsync(options => (options.AllowAnyUser, options.IncludeErrorDetails) = (true, false));

        using var response = await app.GetAsync("abc");

        Assert.Equal("realm=\"Space and Time\"", response.Challenge());
    }

    [Fact]
    public async Task A_policy_that_says_no_answers_403()
    {
        await using var app = await InboundApp.StartAsync();

        using var response = await app.GetAsync(app.Issue(), "/nobody");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("realm=\"Space and Time\", error=\"insufficient_scope\"", response.Challenge());
    }

    private static string Forged(InboundApp app, Action<JsonObject> payload) => "Bearer " + Jwt.Forge(app.Time.GetUtcNow(), payload);

    private static Action<SxtBearerOptions> Remember(List<Exception> failures) => options =>
    {
        options.AllowedUsers.Add(InboundApp.User);
        options.Events = new SxtBearerEvents
        {
            OnAuthenticationFailed = context =>
            {
                failures.Add(context.Exception);
                return Task.CompletedTask;
            },
        };
    };
}
