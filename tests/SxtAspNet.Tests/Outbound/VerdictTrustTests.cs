using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>When the gateway's word about a token is believed, by what it said before.</summary>
public class VerdictTrustTests
{
    private const int Believed = 1106;
    private const int Refuted = 1115;
    private const int GoodVerdict = 1113;

    [Fact]
    public async Task After_a_good_verdict_a_death_is_believed_at_once_again_and_the_log_has_each_of_them()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        var generation = app.Session.Status.Generation;
        app.Gateway.RevokeSessions(TestApp.User);
        Assert.Equal(HttpStatusCode.OK, await AtOnceAsync(app.QueryAsync()));

        app.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, await AtOnceAsync(QueryInVainAsync(app)));
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.RevokeSessions(TestApp.User);
        Assert.Equal(HttpStatusCode.OK, await AtOnceAsync(app.QueryAsync()));

        Assert.Equal(3, app.Logins);
        var verdicts = app.Logs.GetSnapshot().Where(record => record.Id.Id is Believed or GoodVerdict or Refuted).ToArray();
        Assert.Equal([Believed, GoodVerdict, Believed], verdicts.Select(record => record.Id.Id));
        Assert.Contains($"generation {generation} ", verdicts[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_was_refuted_says_so_in_health_for_one_token_lifetime()
    {
        await using var app = await DistrustingAsync(TimeSpan.FromMinutes(1));
        var entry = await CheckAsync(app);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("validtoken", entry.Description, StringComparison.Ordinal);

        app.Pass(TimeSpan.FromMinutes(24.9));
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(app)).Status);
        app.Pass(TimeSpan.FromMinutes(0.2));

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app)).Status);
        Assert.Null(app.Session.Status.FailureMessage);
    }

    [Fact]
    public async Task A_gateway_that_was_refuted_is_believed_again_when_nobody_accepts_the_token_for_a_minute()
    {
        // What was believed once is longer ago than a token lives; what was refuted is not.
        await using var app = await DistrustingAsync(TimeSpan.FromMinutes(18));
        app.Pass(TimeSpan.FromMinutes(8));
        app.Gateway.RevokeSessions(TestApp.User);

        var answers = await QueryEverySecondAsync(app, TimeSpan.FromMinutes(2));

        var failed = answers.TakeWhile(status => status == HttpStatusCode.Unauthorized).Count();
        Assert.InRange(failed, 60, 95);
        Assert.All(answers.Skip(failed), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(3, app.Logins);
    }

    [Fact]
    public async Task A_gateway_that_was_refuted_costs_no_second_login_in_a_token_lifetime_however_long_nobody_accepts_the_token()
    {
        await using var app = await DistrustingAsync(TimeSpan.FromMinutes(1));
        app.Gateway.RevokeSessions(TestApp.User);

        var answers = await QueryEverySecondAsync(app, TimeSpan.FromMinutes(3));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Equal(2, app.Logins);
    }

    /// <summary>
    /// An app whose gateway calls each token dead. It was believed once, and refuted by a request without content some time after that.
    /// </summary>
    private static async Task<TestApp> DistrustingAsync(TimeSpan between)
    {
        var app = new TestApp(services: services => services.AddHealthChecks().AddSxt());
        await app.StartAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.InjectFault(SxtGatewayFault.Status(401, kind: SxtGatewayCallKind.ValidToken));
        Assert.Equal(HttpStatusCode.OK, await AtOnceAsync(QueryInVainAsync(app)));
        app.Pass(between);

        var rejected = QueryInVainAsync(app);
        app.Pass(TimeSpan.FromSeconds(1.5));
        app.Recorder.Answer = _ => Responses.Status(HttpStatusCode.OK);
        using var accepted = await app.CreateClient().GetAsync(new Uri("v1/blocks", UriKind.Relative), TestContext.Current.CancellationToken);
        app.Recorder.Answer = null;
        app.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.Unauthorized, await AtOnceAsync(rejected));
        Assert.Equal(2, app.Logins);
        Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == Refuted);
        return app;
    }

    /// <summary>A request that is answered 401, and is the only one.</summary>
    private static Task<HttpResponseMessage> QueryInVainAsync(TestApp app)
    {
        app.Recorder.Answer = _ =>
        {
            app.Recorder.Answer = null;
            return Responses.Status(HttpStatusCode.Unauthorized);
        };
        return app.QueryAsync();
    }

    private static async Task<List<HttpStatusCode>> QueryEverySecondAsync(TestApp app, TimeSpan time)
    {
        List<Task<HttpResponseMessage>> sending = [];
        for (var second = 0; second < time.TotalSeconds; second++)
        {
            sending.Add(app.QueryAsync());
            app.Pass(TimeSpan.FromSeconds(1));
        }

        app.Pass(TimeSpan.FromSeconds(5));
        return [.. (await Task.WhenAll(sending)).Select(response => response.StatusCode)];
    }

    private static async Task<HttpStatusCode> AtOnceAsync(Task<HttpResponseMessage> sending)
    {
        Assert.True(sending.IsCompleted);
        using var response = await sending;
        return response.StatusCode;
    }

    private static async Task<HealthReportEntry> CheckAsync(TestApp app)
    {
        var health = app.Services.GetRequiredService<HealthCheckService>();
        return Assert.Single((await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries).Value;
    }
}
