using System.Net;
using System.Runtime.CompilerServices;
using SxtAspNet.Sessions;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>Another program that logs in or out as the same user.</summary>
public class SharedUserTests
{
    [Fact]
    public async Task Three_logouts_within_seconds_fail_no_request()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        List<Task<HttpResponseMessage>> sending = [];

        for (var half = 0; half < 120; half++)
        {
            if (half is 20 or 24 or 28)
            {
                app.Gateway.RevokeSessions(TestApp.User);
            }

            sending.Add(app.QueryAsync());
            app.Pass(TimeSpan.FromSeconds(0.5));
        }

        app.Pass(TimeSpan.FromMinutes(1));
        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.InRange(app.Logins, 2, 4);
    }

    [Fact]
    public void The_next_login_waits_longer_after_each_death_and_a_minute_at_most()
    {
        Assert.Equal(TimeSpan.Zero, RetryPolicy.AfterDeaths(1, jitter: 1));
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], Enumerable.Range(2, 8).Select(deaths => RetryPolicy.AfterDeaths(deaths, jitter: 1).TotalSeconds));
        Assert.Equal(45, RetryPolicy.AfterDeaths(1000, jitter: 0).TotalSeconds);
    }

    [Fact]
    public void The_operations_page_has_the_same_figures()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "operations.md"));

        Assert.Contains("1, 2, 4, 8, 16, 32 and at most 60 seconds", page, StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
