using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Farm;
using SxtAspNet.Tests.Inbound;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>An activity source belongs to the process, so no other test may run meanwhile.</summary>
[CollectionDefinition(nameof(TraceTests), DisableParallelization = true)]
[Collection(nameof(TraceTests))]
public sealed class TraceTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = [];
    private ActivityListener _listener;

    public TraceTests()
    {
        _listener = Listen();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_renewal_is_a_trace_with_a_span_per_step()
    {
        await using var app = new TestApp();
        await app.StartAsync();

        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "sxt renewal > sxt login > sxt open key",
                "sxt renewal > sxt login > sxt challenge",
                "sxt renewal > sxt login > sxt sign",
                "sxt renewal > sxt login > sxt token",
                "sxt renewal > sxt login",
                "sxt renewal > sxt publish",
                "sxt renewal",
                "sxt renewal > sxt refresh",
                "sxt renewal > sxt publish",
                "sxt renewal",
            ],
            _stopped.Select(PathOf));
        var renewals = _stopped.Where(activity => activity.OperationName == "sxt renewal").ToArray();
        Assert.Equal(["schedule", "command"], renewals.Select(renewal => renewal.GetTagItem("sxt.cause")));
        Assert.All(renewals, renewal => Assert.Equal("granted", renewal.GetTagItem("sxt.outcome")));
        Assert.Equal(2, _stopped.Select(activity => activity.TraceId).Distinct().Count());
        Assert.All(_stopped, activity => Assert.Equal(ActivityStatusCode.Unset, activity.Status));
    }

    [Fact]
    public async Task The_login_at_startup_is_seen_by_a_collector_that_starts_with_the_app()
    {
        _listener.Dispose();
        await using var gateway = new SxtGatewayEmulator();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHostedService(_ => new Collector(() => _listener = Listen()));
        builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"));
        builder.Services.UseSxtGatewayEmulator(gateway);
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<ISxtSession>().GetAccessTokenAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("sxt renewal > sxt login", _stopped.Select(PathOf));
    }

    [Fact]
    public async Task In_a_farm_the_store_and_the_lock_are_steps_too()
    {
        await using var farm = new TestFarm(1);
        await farm.StartAsync();

        var steps = _stopped.Select(PathOf).ToArray();

        Assert.Contains("sxt renewal > sxt read store", steps);
        Assert.Contains("sxt renewal > sxt take lock", steps);
        Assert.Contains("sxt renewal > sxt publish > sxt write store", steps);
        Assert.Contains("sxt renewal > sxt publish > sxt send notice", steps);
        Assert.Contains("sxt renewal > sxt release lock", steps);
    }

    [Fact]
    public async Task A_poll_of_the_store_is_no_trace()
    {
        await using var farm = new TestFarm(1);
        await farm.StartAsync();
        _stopped.Clear();

        farm.Pass(TimeSpan.FromMinutes(2));

        Assert.Empty(_stopped);
    }

    [Fact]
    public async Task A_failure_is_traced_with_its_reason_at_the_step_that_failed()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429));

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        var failed = _stopped.Where(activity => activity.Status == ActivityStatusCode.Error).ToArray();
        Assert.Equal(["sxt challenge", "sxt login", "sxt renewal"], failed.Select(activity => activity.OperationName));
        Assert.All(failed, activity => Assert.Equal("Throttled", activity.StatusDescription));
    }

    [Fact]
    public async Task A_logout_is_a_trace_too()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        _stopped.Clear();

        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Contains("sxt logout > sxt log out", _stopped.Select(PathOf));
    }

    [Fact]
    public async Task A_logout_that_fails_is_traced_with_its_reason()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Logout));

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.Session.LogoutAsync(TestContext.Current.CancellationToken));

        Assert.Equal("Throttled", Assert.Single(_stopped, activity => activity.OperationName == "sxt log out").StatusDescription);
    }

    [Fact]
    public async Task A_renewal_is_not_part_of_the_request_that_waited_for_it_but_each_names_the_other()
    {
        await using var app = new TestApp(isDeterministic: false);
        using var request = new Activity("request").Start();

        using var response = await app.QueryAsync();

        // The request is answered as soon as there is a token; the renewal still publishes it.
        for (var i = 0; i < 10_000 && !_stopped.Any(activity => activity.OperationName == "sxt renewal"); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }

        var renewal = Assert.Single(_stopped, activity => activity.OperationName == "sxt renewal");
        Assert.Null(renewal.ParentId);
        Assert.NotEqual(request.TraceId, renewal.TraceId);
        Assert.Equal(request.SpanId, Assert.Single(renewal.Links).Context.SpanId);
        Assert.Equal(renewal.SpanId, Assert.Single(request.Links).Context.SpanId);
        Assert.Equal("sxt.request.waited", Assert.Single(request.Events).Name);
        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public async Task A_request_that_a_refresh_under_way_has_cost_its_token_and_the_refresh_name_each_other()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(2), times: 1, SxtGatewayCallKind.Refresh));
        var renewing = app.Session.RenewAsync(TestContext.Current.CancellationToken);
        using var request = new Activity("request").Start();

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(2));
        await renewing;
        using var response = await sending;

        var refresh = _stopped.Last(activity => activity.OperationName == "sxt renewal");
        Assert.Equal(request.SpanId, Assert.Single(refresh.Links).Context.SpanId);
        Assert.Equal(refresh.SpanId, Assert.Single(request.Links).Context.SpanId);
    }

    [Fact]
    public async Task A_thousand_requests_do_not_make_a_trace_of_a_thousand_links()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(1), times: 1, SxtGatewayCallKind.Token));

        var sending = Enumerable.Range(0, 1000).Select(_ =>
        {
            using var request = new Activity("request").Start();
            return app.QueryAsync();
        }).ToArray();
        app.Pass(TimeSpan.FromSeconds(1));
        await Task.WhenAll(sending);

        Assert.InRange(Assert.Single(_stopped, activity => activity.OperationName == "sxt renewal").Links.Count(), 1, 32);
    }

    [Fact]
    public async Task A_request_that_gets_no_token_says_so_on_its_span()
    {
        await using var app = new TestApp();
        app.Gateway.InjectFault(SxtGatewayFault.Status(429));
        using var request = new Activity("request").Start();

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        var refused = Assert.Single(request.Events);
        Assert.Equal("sxt.request.refused", refused.Name);
        Assert.Equal("Throttled", refused.Tags.Single(tag => tag.Key == "error.type").Value);
    }

    [Fact]
    public async Task A_request_that_was_sent_again_says_so_on_its_span()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(3));
        app.Gateway.RevokeSessions(TestApp.User);
        using var request = new Activity("request").Start();

        using var response = await app.QueryAsync();

        Assert.Equal(["sxt.request.unauthorized", "sxt.request.replayed"], request.Events.Select(one => one.Name));
    }

    [Fact]
    public async Task A_callers_request_that_was_refused_says_so_on_its_span()
    {
        Activity? request = null;
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowedUsers.Add(InboundApp.User);
            options.Events.OnAuthenticationFailed = _ =>
            {
                request = Activity.Current;
                return Task.CompletedTask;
            };
        });
        using var outer = new Activity("server").Start();

        using var response = await app.GetAsync("nonsense");

        var refused = Assert.Single(request!.Events);
        Assert.Equal("sxt.caller.refused", refused.Name);
        Assert.Equal("MalformedToken", refused.Tags.Single().Value);
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
            .Concat(activity.Events.SelectMany(one => one.Tags).Select(tag => tag.Value?.ToString()))
            .Append(activity.DisplayName)
            .Append(activity.StatusDescription));

        Assert.DoesNotContain(traced, text => text?.Contains(token, StringComparison.Ordinal) is true);
    }

    private string PathOf(Activity activity) =>
        _stopped.FirstOrDefault(parent => parent.SpanId == activity.ParentSpanId && parent.TraceId == activity.TraceId) is { } parent
            ? $"{PathOf(parent)} > {activity.OperationName}"
            : activity.OperationName;

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SxtDiagnostics.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Begins to listen when the app's services start, as OpenTelemetry does, which puts itself before all others.</summary>
    private sealed class Collector(Action listen) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            listen();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
