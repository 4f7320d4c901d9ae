using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SxtAspNet.Tests.Inbound;

/// <summary>What every scheme of ASP.NET Core does.</summary>
public class SchemeTests
{
    [Fact]
    public async Task Several_schemes_accept_callers_of_their_own()
    {
        await using var app = await InboundApp.StartAsync(
            schemes: authentication => authentication.AddSxtBearer("Partners", options => options.AllowedUsers.Add("partner")),
            endpoints: routes => routes.MapGet("/partners", (ClaimsPrincipal user) => user.Identity!.Name)
                .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Partners" }));
        var (own, partner) = (app.Issue(), app.Issue("partner"));

        using var ownAtOwn = await app.GetAsync(own);
        using var ownAtPartners = await app.GetAsync(own, "/partners");
        using var partnerAtOwn = await app.GetAsync(partner);
        using var partnerAtPartners = await app.GetAsync(partner, "/partners");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK],
            [ownAtOwn.StatusCode, ownAtPartners.StatusCode, partnerAtOwn.StatusCode, partnerAtPartners.StatusCode]);
    }

    [Fact]
    public async Task Several_schemes_of_one_policy_each_add_their_challenge_and_nothing_fails()
    {
        await using var app = await InboundApp.StartAsync(
            schemes: authentication => authentication
                .AddSxtBearer("Partners", options => (options.Realm, options.AllowAnyUser) = ("Partners", true))
                .AddScheme<AuthenticationSchemeOptions, OtherHandler>("Other", null),
            services: services => services.AddProblemDetails(),
            endpoints: routes => routes.MapGet("/any", () => "")
                .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "SxtBearer,Partners,Other" }));

        using var response = await app.GetAsync("abc", "/any");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["Bearer", "Bearer", "Other"], response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
        Assert.Equal("", await response.TextAsync());
    }

    [Theory]
    [InlineData("challenge")]
    [InlineData("forbid")]
    public async Task Several_schemes_that_an_endpoint_itself_asks_for_answer_and_nothing_fails(string how)
    {
        await using var app = await InboundApp.StartAsync(
            schemes: authentication => authentication.AddScheme<AuthenticationSchemeOptions, OtherHandler>("Other", null),
            services: services => services.AddProblemDetails(),
            endpoints: routes =>
            {
                routes.MapGet("/challenge", () => Results.Challenge(authenticationSchemes: ["SxtBearer", "Other"]));
                routes.MapGet("/forbid", () => Results.Forbid(authenticationSchemes: ["SxtBearer", "Other"]));
            });

        using var response = await app.GetAsync(null, "/" + how);

        Assert.Equal(how == "challenge" ? HttpStatusCode.Unauthorized : HttpStatusCode.PaymentRequired, response.StatusCode);
        Assert.Contains("Bearer", response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
    }

    [Fact]
    public async Task The_policy_for_endpoints_without_one_gets_problem_details_too()
    {
        await using var app = await InboundApp.StartAsync(
            services: services =>
            {
                services.AddProblemDetails();
                services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            });

        using var response = await app.GetAsync("abc", "/open");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_policy_scheme_forwards_to_it()
    {
        await using var app = await InboundApp.StartAsync(
            schemes: authentication => authentication.AddPolicyScheme("Smart", null, options => options.ForwardDefaultSelector =
                context => context.Request.Headers.Authorization.Count > 0 ? SxtBearerDefaults.AuthenticationScheme : "Other")
                .AddScheme<AuthenticationSchemeOptions, OtherHandler>("Other", null),
            endpoints: routes => routes.MapGet("/smart", (ClaimsPrincipal user) => user.Identity!.Name)
                .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Smart" }));

        using var caller = await app.GetAsync(app.Issue(), "/smart");
        using var refused = await app.GetAsync("abc", "/smart");
        using var missing = await app.GetAsync(null, "/smart");

        Assert.Equal(InboundApp.User, await caller.TextAsync());
        Assert.Contains("invalid_token", refused.Challenge(), StringComparison.Ordinal);
        Assert.Equal("Other", Assert.Single(missing.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task It_forwards_to_other_schemes()
    {
        await using var app = await InboundApp.StartAsync(
            options => (options.AllowAnyUser, options.ForwardAuthenticate, options.ForwardChallenge, options.ForwardForbid) = (true, "Other", "Other", "Other"),
            schemes: authentication => authentication.AddScheme<AuthenticationSchemeOptions, OtherHandler>("Other", null));

        using var user = await app.GetWithHeaderAsync("Other somebody");
        using var challenged = await app.GetAsync(app.Issue());
        using var forbidden = await app.GetWithHeaderAsync("Other somebody", "/nobody");

        Assert.Equal("somebody", await user.TextAsync());
        Assert.Equal("Other", Assert.Single(challenged.Headers.WwwAuthenticate).Scheme);
        Assert.Equal(HttpStatusCode.PaymentRequired, forbidden.StatusCode);
        Assert.Equal(0, app.Validations);
    }

    [Fact]
    public async Task The_token_can_come_from_elsewhere()
    {
        await using var app = await InboundApp.StartAsync(Events(events => events.OnMessageReceived = context =>
        {
            context.Token = context.Request.Query["token"];
            return Task.CompletedTask;
        }));

        using var response = await app.GetAsync(null, $"/me?token={app.Issue()}");
        using var forged = await app.GetAsync(null, "/me?token=%20a%00b");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
    }

    [Fact]
    public async Task An_event_can_decide_before_the_token_is_looked_at()
    {
        await using var app = await InboundApp.StartAsync(Events(events => events.OnMessageReceived = context =>
        {
            context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "the app's own")], "own"));
            context.Success();
            return Task.CompletedTask;
        }));

        using var response = await app.GetAsync("abc");

        Assert.Equal("the app's own", await response.TextAsync());
        Assert.Equal(0, app.Validations);
    }

    [Fact]
    public async Task An_event_can_add_to_an_accepted_caller_and_refuse_it_also_when_it_is_known()
    {
        var isRefused = false;
        await using var app = await InboundApp.StartAsync(Events(events => events.OnTokenValidated = context =>
        {
            Assert.Equal(InboundApp.User, context.UserId);
            Assert.StartsWith("ey", context.GetToken(), StringComparison.Ordinal);
            ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim("nobody-has-it", "this one"));
            if (isRefused)
            {
                context.Fail("A detail of the app's own.");
            }

            return Task.CompletedTask;
        }));
        var token = app.Issue();

        using var accepted = await app.GetAsync(token, "/nobody");
        isRefused = true;
        using var refused = await app.GetAsync(token, "/nobody");

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.Equal("realm=\"Space and Time\", error=\"invalid_token\"", refused.Challenge());
        Assert.Equal(1, app.Validations);
    }

    [Fact]
    public async Task An_event_can_replace_a_failure()
    {
        await using var app = await InboundApp.StartAsync(Events(events => events.OnAuthenticationFailed = context =>
        {
            context.NoResult();
            return Task.CompletedTask;
        }));

        using var response = await app.GetAsync("abc");

        Assert.Equal("realm=\"Space and Time\"", response.Challenge());
    }

    [Fact]
    public async Task An_event_can_answer_a_challenge_and_a_refusal()
    {
        await using var app = await InboundApp.StartAsync(Events(events =>
        {
            events.OnChallenge = context =>
            {
                context.HandleResponse();
                context.Response.StatusCode = 418;
                return context.Response.WriteAsync("challenge");
            };
            events.OnForbidden = context => context.Response.WriteAsync("forbidden");
        }), services => services.AddProblemDetails());

        using var challenge = await app.GetAsync(null);
        using var forbidden = await app.GetAsync(app.Issue(), "/nobody");

        Assert.Equal((418, "challenge", 0), ((int)challenge.StatusCode, await challenge.TextAsync(), challenge.Headers.WwwAuthenticate.Count));
        Assert.Equal((403, "forbidden"), ((int)forbidden.StatusCode, await forbidden.TextAsync()));
    }

    [Fact]
    public async Task Events_can_be_a_service()
    {
        await using var app = await InboundApp.StartAsync(
            options => (options.AllowAnyUser, options.EventsType) = (true, typeof(ServiceEvents)), services => services.AddScoped<ServiceEvents>());

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal("from a service", await response.TextAsync());
    }

    [Fact]
    public async Task The_frameworks_metrics_have_the_right_results()
    {
        await using var app = await InboundApp.StartAsync();
        using var collector = new MetricCollector<double>(
            app.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(),
            "Microsoft.AspNetCore.Authentication",
            "aspnetcore.authentication.authenticate.duration");

        (await app.GetAsync(app.Issue())).Dispose();
        (await app.GetAsync("abc")).Dispose();
        (await app.GetAsync(null)).Dispose();

        var measurements = collector.GetMeasurementSnapshot();
        Assert.Equal(["success", "failure", "none"], measurements.Select(measurement => measurement.Tags["aspnetcore.authentication.result"]).Take(3));
        Assert.All(measurements, measurement => Assert.Equal("SxtBearer", measurement.Tags["aspnetcore.authentication.scheme"]));
    }

    private static Action<SxtBearerOptions> Events(Action<SxtBearerEvents> set) => options =>
    {
        options.AllowedUsers.Add(InboundApp.User);
        set(options.Events);
    };

    private sealed class ServiceEvents : SxtBearerEvents
    {
        public override Task TokenValidated(SxtBearerTokenValidatedContext context)
        {
            context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "from a service")], "own"));
            context.Success();
            return Task.CompletedTask;
        }
    }

    /// <summary>"Authorization: Other name" is that user.</summary>
    private sealed class OtherHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) && header.Scheme == "Other"
                ? AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, header.Parameter!)], "other")), Scheme.Name))
                : AuthenticateResult.NoResult());

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.Headers.Append("WWW-Authenticate", "Other");
            return base.HandleChallengeAsync(properties);
        }

        protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = StatusCodes.Status402PaymentRequired;
            return Task.CompletedTask;
        }
    }
}
