using System.Net;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>When the gateway's time is read from API answers.</summary>
public class GatewayDateTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_are_looked_at_every_half_minute(bool isSynchronous)
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.Options.SendDate = false;
        await AskAsync();
        app.Gateway.Options.SendDate = true;
        app.Gateway.Options.ClockOffset = TimeSpan.FromMinutes(3);

        // The first one did not tell it, and each one is not looked at for that.
        await AskAsync();
        AssertOffset(TimeSpan.Zero);

        app.Pass(TimeSpan.FromSeconds(31));
        await AskAsync();
        AssertOffset(TimeSpan.FromMinutes(3));

        async Task AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/sql") { Content = TestApp.Query() };
            var client = app.CreateClient();
            using var response = isSynchronous
                ? client.Send(request, TestContext.Current.CancellationToken)
                : await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        void AssertOffset(TimeSpan expected) =>
            Assert.InRange(app.Session.Status.GatewayClockOffset!.Value, expected, expected + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, 10)]
    [InlineData(HttpStatusCode.BadGateway, 0)]
    public async Task A_5xx_may_be_a_proxys_and_tells_no_time(HttpStatusCode status, int minutes)
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(1));
        app.Recorder.Answer = _ =>
        {
            var answer = Responses.Status(status);
            answer.Headers.Date = app.Time.GetUtcNow() + TimeSpan.FromMinutes(10);
            return answer;
        };

        for (var number = 0; number < 3; number++)
        {
            using var response = await app.QueryAsync(app.CreateClient());
            app.Pass(TimeSpan.FromSeconds(31));
        }

        Assert.InRange(app.Session.Status.GatewayClockOffset!.Value, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes) + TimeSpan.FromSeconds(1));
    }
}
