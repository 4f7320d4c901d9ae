using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

public class RedirectTests
{
    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_redirect_to_another_host_takes_no_token_along(int status)
    {
        await using var elsewhere = await LoopbackServer.StartAsync(200);
        await using var app = await HttpTestApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.BaseAddress, status, kind: SxtGatewayCallKind.Sql));

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(Assert.Single(elsewhere.Requests).Authorization);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_401_behind_a_redirect_causes_neither_a_replay_nor_an_inquiry(int status)
    {
        await using var elsewhere = await LoopbackServer.StartAsync(401);
        await using var app = await HttpTestApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.BaseAddress, status, kind: SxtGatewayCallKind.Sql));

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Single(elsewhere.Requests);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Sql));
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task A_401_behind_a_redirect_to_an_allowed_origin_is_not_replayed_to_the_first_one()
    {
        await using var target = await LoopbackServer.StartAsync(401);
        await using var api = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect(target.BaseAddress.AbsoluteUri);
            return Task.CompletedTask;
        });
        await using var app = await HttpTestApp.StartAsync(services => services.PostConfigureAll<SxtOptions>(options =>
        {
            options.AllowedOrigins.Add(api.BaseAddress);
            options.AllowedOrigins.Add(target.BaseAddress);
        }));
        using var client = app.CreateClient();

        using var response = await client.GetAsync(api.BaseAddress, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotNull(Assert.Single(api.Requests).Authorization);
        Assert.Null(Assert.Single(target.Requests).Authorization);
    }
}
