using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>
/// What an agent of a monitoring product hears of the calls to the gateway. Listeners belong to the process, so no other test
/// may run meanwhile.
/// </summary>
[Collection(nameof(TraceTests))]
public sealed class BackchannelDiagnosticsTests : IDisposable
{
    private readonly Ear _ear = new();

    public void Dispose() => _ear.Dispose();

    [Fact]
    public async Task No_call_to_the_gateway_reaches_a_listener()
    {
        await using var app = await HttpTestApp.StartAsync();

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Empty(_ear.Heard(app.Gateway.BaseAddress));
    }

    [Fact]
    public async Task A_handler_of_the_apps_own_reaches_every_listener()
    {
        using var handler = new SocketsHttpHandler();
        await using var app = await HttpTestApp.StartAsync(services =>
            services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["activity", "bridge", "diagnostics"], _ear.Heard(app.Gateway.BaseAddress).Distinct().Order());
    }

    [Fact]
    public async Task The_requests_of_an_apps_own_handler_belong_to_the_login()
    {
        using var handler = new SocketsHttpHandler();
        await using var app = await HttpTestApp.StartAsync(services =>
            services.PostConfigureAll<SxtOptions>(options => options.BackchannelHttpHandler = handler));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        var login = Assert.Single(_ear.Activities, activity => activity.OperationName == "sxt login");
        var requests = _ear.Activities.Where(activity => Ear.IsAbout(activity, app.Gateway.BaseAddress)).ToArray();
        Assert.NotEmpty(requests);
        var steps = _ear.Activities.Where(activity => activity.ParentSpanId == login.SpanId).Select(activity => activity.SpanId).ToArray();
        Assert.All(requests, request => Assert.Contains(request.ParentSpanId, steps));
    }

    /// <summary>Hears all that .NET tells of requests: its diagnostics listener, its activities, and the event source that bridges them.</summary>
    private sealed class Ear : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly ConcurrentQueue<(string Where, string What)> _heard = [];
        private readonly ConcurrentQueue<Activity> _activities = [];
        private readonly ConcurrentQueue<IDisposable> _subscriptions = [];
        private readonly ActivityListener _listener;
        private readonly Bridge _bridge;

        public Ear()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _activities.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
            _subscriptions.Enqueue(DiagnosticListener.AllListeners.Subscribe(this));
            _bridge = new Bridge(text => _heard.Enqueue(("bridge", text)));
        }

        public IEnumerable<Activity> Activities => _activities;

        /// <summary>Where something was heard of requests to a server.</summary>
        public IEnumerable<string> Heard(Uri server) => _heard
            .Where(heard => heard.What.Contains(server.Authority, StringComparison.Ordinal))
            .Select(heard => heard.Where)
            .Concat(_activities.Where(activity => IsAbout(activity, server)).Select(_ => "activity"));

        public static bool IsAbout(Activity activity, Uri server) =>
            activity.TagObjects.Any(tag => tag.Value is string text && text.Contains(server.Authority, StringComparison.Ordinal));

        public void OnNext(DiagnosticListener value) => _subscriptions.Enqueue(value.Subscribe(this));

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value?.GetType().GetProperty("Request")?.GetValue(value.Value) is HttpRequestMessage request)
            {
                _heard.Enqueue(("diagnostics", $"{request.RequestUri}"));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            _bridge.Dispose();
            _listener.Dispose();
            foreach (var subscription in _subscriptions)
            {
                subscription.Dispose();
            }
        }
    }

    private sealed class Bridge(Action<string> hear) : EventListener
    {
        // Event sources are told to the base class's constructor already.
        private readonly Action<string> _hear = hear;

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Diagnostics-DiagnosticSource")
            {
                EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All, new Dictionary<string, string?>
                {
                    ["FilterAndPayloadSpecs"] = "HttpHandlerDiagnosticListener/System.Net.Http.HttpRequestOut.Start:-Request.RequestUri.OriginalString;Request.Headers",
                });
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
            _hear?.Invoke(string.Join(' ', eventData.Payload?.Select(Text) ?? []));

        private static string? Text(object? value) => value switch
        {
            string text => text,
            IDictionary<string, object?> pairs => string.Join(' ', pairs.Values.Select(Text)),
            System.Collections.IEnumerable items => string.Join(' ', items.Cast<object?>().Select(Text)),
            _ => value?.ToString(),
        };
    }
}
