using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Farm;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>Collectors of traces, metrics and logs that throw, as those of an app may: none costs a session or a request.</summary>
[Collection(nameof(TraceTests))]
public sealed class ThrowingObserversTests
{
    public static TheoryData<string> Moments => ["start of a span", "end of a span", "measurement", "log", "scope of a log"];

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_login_and_a_refresh_cost_one_call_each(string moment)
    {
        using var observer = Observe(moment);
        await using var app = new TestApp(services: services => AddLog(services, moment));

        using var response = await app.QueryAsync();
        await app.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Token));
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.Refresh));
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Theory]
    [InlineData("start of a span")]
    [InlineData("end of a span")]
    public void What_follows_a_span_that_failed_belongs_to_the_span_around_it(string moment)
    {
        using var around = new Activity("around").Start();
        using var observer = Observe(moment);
        var root = SxtTraces.StartRoot("sxt renewal", "", "command");
        root.Enter();

        using (SxtTraces.StartStep("sxt login"))
        {
        }

        Assert.Same(moment == "start of a span" ? around : root, Activity.Current);
        root.End();
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_farm_shares_one_session(string moment)
    {
        using var observer = Observe(moment);
        await using var farm = new TestFarm(0);
        farm.Add(services: services => AddLog(services, moment));
        farm.Add(services: services => AddLog(services, moment));
        await farm.StartAsync();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(21), TimeSpan.FromSeconds(2));

        Assert.Equal(1, farm.Logins);
        Assert.Equal(1, farm.Refreshes);
        farm.AssertOneSession();
    }

    private static InvalidOperationException Failure() => new InvalidOperationException("An observer fails.");

    private static IDisposable Observe(string moment)
    {
        if (moment == "measurement")
        {
            var meters = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Meter.Name == SxtDiagnostics.MeterName)
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            meters.SetMeasurementEventCallback<double>((_, _, _, _) => throw Failure());
            meters.Start();
            return meters;
        }

        var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SxtDiagnostics.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStarted = _ => ThrowAt("start of a span"),
            ActivityStopped = _ => ThrowAt("end of a span"),
        };
        ActivitySource.AddActivityListener(spans);
        return spans;

        void ThrowAt(string place)
        {
            if (place == moment)
            {
                throw Failure();
            }
        }
    }

    private static void AddLog(IServiceCollection services, string moment)
    {
        if (moment is "log" or "scope of a log")
        {
            services.AddLogging(logging => logging.AddProvider(new FailingLog(failsInScopes: moment == "scope of a log")));
        }
    }
}
