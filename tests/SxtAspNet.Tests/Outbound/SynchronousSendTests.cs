using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Diagnostics;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

public class SynchronousSendTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cold_synchronous_request_logs_in(bool isDeterministic)
    {
        await using var app = new TestApp(isDeterministic: isDeterministic);

        using var response = Send(app);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_warm_synchronous_request_carries_the_token()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        using var response = Send(app);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Logins);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_synchronous_request_is_replayed_after_its_session_died(bool isDeterministic)
    {
        await using var app = new TestApp(isDeterministic: isDeterministic);
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        app.Pass(TimeSpan.FromSeconds(3));
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = Send(app);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Logins);
        Assert.Equal(2, app.Recorder.Requests.Count);
    }

    [Fact]
    public async Task A_synchronous_request_without_a_token_fails_as_an_asynchronous_one_does()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429));

        var failure = Assert.Throws<SxtAuthenticationException>(() => Send(app));

        Assert.Equal(SxtFailureReason.Throttled, failure.Reason);
        Assert.Empty(app.Recorder.Requests);
    }

    [Fact]
    public async Task A_synchronous_request_ends_in_time_also_when_no_thread_is_free_for_what_it_waits_for()
    {
        await using var app = new TestApp(
            options => options.AcquireTimeout = TimeSpan.FromSeconds(0.1),
            services => services.AddSingleton(new Runtime(TimeProvider.System) { StartDetached = static _ => { } }));

        var failure = Assert.Throws<SxtAuthenticationException>(() => Send(app));

        Assert.Equal(SxtFailureReason.TimedOut, failure.Reason);
    }

    [Fact]
    public async Task A_synchronous_request_to_another_origin_goes_without_a_token_and_causes_no_login()
    {
        await using var app = new TestApp();
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://elsewhere.test/");

        using var response = app.CreateClient().Send(request, TestContext.Current.CancellationToken);

        Assert.Null(Assert.Single(app.Recorder.Requests).Authorization);
        Assert.Equal(0, app.Logins);
    }

    [Fact]
    public async Task A_synchronous_request_ends_in_time_by_itself_and_what_fails_afterwards_is_nobodys()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        await using var app = new TestApp(options => options.AcquireTimeout = TimeSpan.FromSeconds(0.123));
        app.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan));

        // Virtual time stands still, as all does that waits for a thread. The limit is in real time then.
        var sending = Task.Run(() => Send(app), TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            () => sending.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        app.Pass(TimeSpan.FromSeconds(1));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= OnUnobserved;

        Assert.Equal(SxtFailureReason.TimedOut, failure.Reason);
        Assert.Contains("Send requests asynchronously", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, app.Services.Count("sxt.requests.waiting"));
        Assert.Empty(unobserved);

        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs args)
        {
            // Those of other tests are not looked at.
            if (args.Exception.InnerException is SxtAuthenticationException { Message: var message } && message.Contains("0.123 s", StringComparison.Ordinal))
            {
                unobserved.Enqueue(args.Exception);
            }
        }
    }

    private static HttpResponseMessage Send(TestApp app)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "v1/sql") { Content = TestApp.Query() };
        return app.CreateClient().Send(request, TestContext.Current.CancellationToken);
    }
}
