using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>What the gateway says about a token's user besides its id.</summary>
public class CheckAnswerTests
{
    [Fact]
    public async Task What_the_gateway_says_of_the_user_becomes_claims()
    {
        ClaimsPrincipal? user = null;
        await using var app = await InboundApp.StartAsync(endpoints: routes => routes.MapGet("/claims", (ClaimsPrincipal caller) => { user = caller; }));
        app.Gateway.DescribeUser(InboundApp.User, new() { SubscriptionId = "s-1", Restricted = false, Trial = true });

        using var response = await app.GetAsync(app.Issue(), "/claims");

        Assert.Equal("s-1", user!.FindFirstValue(SxtClaimTypes.SubscriptionId));
        Assert.Equal("false", user!.FindFirstValue(SxtClaimTypes.Restricted));
        Assert.Equal("true", user!.FindFirstValue(SxtClaimTypes.Trial));
        Assert.Null(user!.FindFirst(SxtClaimTypes.QuotaExceeded));
    }

    [Theory]
    [InlineData(SxtTokenRefusal.Restricted)]
    [InlineData(SxtTokenRefusal.Trial)]
    [InlineData(SxtTokenRefusal.QuotaExceeded)]
    public async Task Such_a_user_is_refused_only_where_the_app_wants_it(SxtTokenRefusal reason)
    {
        Exception? failure = null;
        await using var strict = await InboundApp.StartAsync(options =>
        {
            options.AllowAnyUser = true;
            options.RefuseRestricted = reason is SxtTokenRefusal.Restricted;
            options.RefuseTrial = reason is SxtTokenRefusal.Trial;
            options.RefuseQuotaExceeded = reason is SxtTokenRefusal.QuotaExceeded;
            options.Events.OnAuthenticationFailed = context =>
            {
                failure = context.Exception;
                return Task.CompletedTask;
            };
        });
        await using var open = await InboundApp.StartAsync();
        foreach (var app in new[] { strict, open })
        {
            app.Gateway.DescribeUser(InboundApp.User, new()
            {
                Restricted = reason is SxtTokenRefusal.Restricted,
                Trial = reason is SxtTokenRefusal.Trial,
                QuotaExceeded = reason is SxtTokenRefusal.QuotaExceeded,
            });
        }

        using var refused = await strict.GetAsync(strict.Issue());
        using var accepted = await open.GetAsync(open.Issue());

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(reason, Assert.IsType<SxtTokenRefusedException>(failure).Reason);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task A_200_with_an_empty_body_means_that_the_token_is_not_valid()
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, "", kind: SxtGatewayCallKind.ValidToken));

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(app.Logs.GetSnapshot(), record => record.Id.Id is 1503 or 1505);
    }

    [Fact]
    public async Task A_token_without_a_subscription_belongs_to_none()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowedSubscriptions.Add("s-1"));
        app.Gateway.DescribeUser(InboundApp.User, new() { SubscriptionId = "s-1", HasSubscriptionClaim = false });
        var token = app.Issue();

        using var response = await app.GetAsync(token);

        Assert.False(Jwt.Payload(token).ContainsKey("subscription"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(0, app.Validations);
    }
}
