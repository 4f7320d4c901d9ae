using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

public class AcceptanceTests
{
    [Fact]
    public async Task A_caller_with_a_token_of_the_gateway_is_authenticated()
    {
        await using var app = await InboundApp.StartAsync();

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(InboundApp.User, await response.TextAsync());
        Assert.Equal(1, app.Validations);
    }

    [Theory]
    [InlineData("Bearer {0}")]
    [InlineData("bearer {0}")]
    [InlineData("BEARER   {0}")]
    [InlineData("Bearer {0} ")]
    public async Task The_scheme_of_the_header_is_written_in_any_case_and_with_any_blanks(string format)
    {
        await using var app = await InboundApp.StartAsync();

        using var response = await app.GetWithHeaderAsync(string.Format(null, format, app.Issue()));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_claims_are_those_of_the_token_and_the_name_is_the_gateways()
    {
        ClaimsPrincipal? user = null;
        await using var app = await InboundApp.StartAsync(endpoints: routes => routes.MapGet("/claims", (ClaimsPrincipal caller) => { user = caller; }));
        var token = app.Issue();
        var payload = Jwt.Payload(token);

        using var response = await app.GetAsync(token, "/claims");

        Assert.Equal(
            [
                (ClaimTypes.NameIdentifier, InboundApp.User),
                (ClaimTypes.Name, InboundApp.User),
                (SxtClaimTypes.Subscription, payload["subscription"]!.ToString()),
                (SxtClaimTypes.Session, payload["session"]!.ToString()),
                (SxtClaimTypes.Expiry, payload["exp"]!.ToString()),
            ],
            user!.Claims.Select(claim => (claim.Type, claim.Value)));
        Assert.All(user.Claims, claim => Assert.Equal("https://gateway.sxt.test", claim.Issuer));
        Assert.Equal(SxtBearerDefaults.AuthenticationScheme, user.Identity!.AuthenticationType);
        Assert.True(user.Identity.IsAuthenticated);
    }

    [Fact]
    public async Task Each_request_has_a_principal_of_its_own()
    {
        List<ClaimsPrincipal> users = [];
        await using var app = await InboundApp.StartAsync(endpoints: routes => routes.MapGet("/claims", (ClaimsPrincipal caller) =>
        {
            users.Add(caller);
            ((ClaimsIdentity)caller.Identity!).AddClaim(new Claim("added", "by a request"));
            caller.FindFirst(ClaimTypes.Name)!.Properties["changed"] = "by a request";
        }));
        var token = app.Issue();

        using var first = await app.GetAsync(token, "/claims");
        using var second = await app.GetAsync(token, "/claims");

        Assert.Equal(1, app.Validations);
        Assert.NotSame(users[0], users[1]);
        Assert.Equal(6, users[1].Claims.Count());
        Assert.Single(users[1].FindFirst(ClaimTypes.Name)!.Properties);
    }

    [Fact]
    public async Task The_ticket_says_when_it_expires()
    {
        AuthenticateResult? result = null;
        await using var app = await InboundApp.StartAsync(endpoints: Capture("/ticket", ticket => result = ticket));

        using var response = await app.GetAsync(app.Issue(), "/ticket");

        Assert.Equal(app.Time.GetUtcNow(), result!.Properties!.IssuedUtc);
        Assert.Equal(app.Time.GetUtcNow().AddMinutes(25), result.Properties.ExpiresUtc);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_token_is_saved_only_where_the_app_wants_it(bool isSaved)
    {
        AuthenticateResult? result = null;
        await using var app = await InboundApp.StartAsync(
            options => (options.AllowAnyUser, options.SaveToken) = (true, isSaved), endpoints: Capture("/ticket", ticket => result = ticket));
        var token = app.Issue();

        using var response = await app.GetAsync(token, "/ticket");

        Assert.Equal(isSaved ? token : null, result!.Properties!.GetTokenValue("access_token"));
        Assert.Equal(isSaved, result!.Properties!.Items.Values.Contains(token));
    }

    [Fact]
    public async Task A_subscription_can_be_accepted_as_a_whole()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowedSubscriptions.Add("33b4da36"));
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, """{"userId":"orders-service"}""", kind: SxtGatewayCallKind.ValidToken));

        using var response = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow(), payload => payload["subscription"] = "33b4da36"));
        using var other = await app.GetAsync(Jwt.Forge(app.Time.GetUtcNow(), payload => payload["subscription"] = "33b4da37"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Fact]
    public async Task Any_user_is_accepted_where_the_app_says_so()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);

        using var response = await app.GetAsync(app.Issue("somebody"));

        Assert.Equal("somebody", await response.TextAsync());
    }

    [Fact]
    public async Task The_gateway_may_answer_with_the_bare_user_id()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, "\"orders-service\"", kind: SxtGatewayCallKind.ValidToken));

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal(InboundApp.User, await response.TextAsync());
    }

    [Fact]
    public async Task An_endpoint_for_everybody_is_called_whoever_the_caller_is()
    {
        await using var app = await InboundApp.StartAsync();

        using var nobody = await app.GetAsync(null, "/open");
        using var refused = await app.GetAsync("no-token", "/open");
        using var caller = await app.GetAsync(app.Issue(), "/open");

        Assert.Equal(["nobody", "nobody", InboundApp.User], [await nobody.TextAsync(), await refused.TextAsync(), await caller.TextAsync()]);
    }

    private static Action<WebApplication> Capture(string path, Action<AuthenticateResult> capture) => routes =>
        routes.MapGet(path, async (HttpContext context) => capture(await context.AuthenticateAsync()));
}
