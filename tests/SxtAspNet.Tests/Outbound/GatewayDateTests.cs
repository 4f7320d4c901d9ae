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
}
