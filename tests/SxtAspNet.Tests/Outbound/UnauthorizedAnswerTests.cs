using System.Net;
using System.Net.Http.Json;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Farm;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Which 401 answers our token, and which successor is there already.</summary>
public class UnauthorizedAnswerTests
{
    [Theory]
    [InlineData("as it is", 2)]
    [InlineData("by a message of its own", 1)]
    [InlineData("by another method", 1)]
    [InlineData("with another token", 1)]
    public async Task A_401_to_what_a_later_handler_made_of_the_request_is_no_answer_to_our_token(string sending, int times)
    {
        var sent = 0;
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            sent++;
            var answer = Responses.Status(app.Answer(""));

            // The next token is in use by then.
            using var other = await app.App.QueryAsync(cancellationToken);
            switch (sending)
            {
                case "by a message of its own":
                    answer.RequestMessage = new HttpRequestMessage(HttpMethod.Post, "https://elsewhere.test/");
                    break;
                case "by another method":
                    request.Method = HttpMethod.Get;
                    break;
                case "with another token":
                    request.Headers.Authorization = new("Bearer", "another");
                    break;
            }

            return answer;
        });

        var status = await app.PostAsync(JsonContent.Create(1));

        Assert.Equal(times == 2 ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, status);
        Assert.Equal(times, sent);
        Assert.Equal(0, app.App.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task A_token_that_another_instance_has_replaced_is_looked_for_in_the_store_before_the_gateway_is_asked()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var follower = farm.Instances.Single(instance => instance != farm.Owner);
        farm.Room.NoticesAreLost = true;
        await farm.Owner.Session.RenewAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(farm.Owner.Status.Generation, follower.Status.Generation);

        await follower.SucceedAsync();

        farm.AssertOneSession();
        Assert.Equal(2, farm.Renewals);
        Assert.Equal(0, farm.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    [Fact]
    public async Task An_app_that_ends_while_it_asks_about_a_token_reports_no_failure()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.Unauthorized);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, kind: SxtGatewayCallKind.ValidToken));
        var logs = app.Logs;
        var sending = app.QueryAsync();
        Assert.False(sending.IsCompleted);

        await app.StopAsync();
        await app.DisposeAsync();

        using var response = await sending;
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(logs.GetSnapshot(), record => record.Id.Id is 1114 or 1116);
    }
}
