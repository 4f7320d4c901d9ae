using System.Collections.Concurrent;
using System.Diagnostics;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>An activity source belongs to the process, so no other test may run meanwhile.</summary>
[CollectionDefinition(nameof(TraceTests), DisableParallelization = true)]
[Collection(nameof(TraceTests))]
public sealed class TraceTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = [];
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "SxtAspNet",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_login_and_a_refresh_are_traced()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["sxt login", "sxt refresh"], _stopped.Select(activity => activity.OperationName));
        Assert.All(_stopped, activity => Assert.Equal(ActivityStatusCode.Unset, activity.Status));
    }

    [Fact]
    public async Task A_failure_is_traced_with_its_reason()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429));

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        var activity = Assert.Single(_stopped);
        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal("Throttled", activity.StatusDescription);
    }

    [Fact]
    public async Task A_login_is_not_part_of_the_request_that_happened_to_need_it()
    {
        await using var app = new TestApp(isDeterministic: false);
        using var request = new Activity("request").Start();

        using var response = await app.QueryAsync();

        var login = Assert.Single(_stopped);
        Assert.Null(login.ParentId);
        Assert.NotEqual(request.TraceId, login.TraceId);
    }

    [Fact]
    public async Task No_trace_holds_a_token()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        await app.Session.RenewAsync(TestContext.Current.CancellationToken);
        var token = (await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken)).GetValue();

        var traced = _stopped.SelectMany(activity => activity.TagObjects.Select(tag => tag.Value?.ToString())
            .Concat(activity.Baggage.Select(item => item.Value))
            .Append(activity.DisplayName)
            .Append(activity.StatusDescription));

        Assert.DoesNotContain(traced, text => text?.Contains(token, StringComparison.Ordinal) is true);
    }
}
