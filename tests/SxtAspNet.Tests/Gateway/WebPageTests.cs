using System.Net;
using System.Net.Http.Headers;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Inbound;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

/// <summary>A web page is never the gateway's word: an ingress, a firewall or a content filter has answered in its place.</summary>
public sealed class WebPageTests
{
    private const string Page = "<html><body>Forbidden</body></html>";

    public static TheoryData<string> Calls => [.. GatewayCallTests.Calls.Select(row => row.Data.Item1)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_web_page_is_no_refusal(string name)
    {
        foreach (var status in new[] { 400, 401, 403, 404 })
        {
            using var gateway = new StubGateway(_ => Answer(status, Page, "text/html"));

            var failure = await gateway.FailAsync(gateway.MakeAsync(name));

            Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
            Assert.Contains(
                $"answered with a web page (of a proxy or firewall in between?); check {(name is "exchange an API key" ? "ProxyUrl" : "GatewayUrl")} (status {status})",
                failure.Message,
                StringComparison.Ordinal);
            Assert.Single(gateway.Requests);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_web_page_is_no_success(string name)
    {
        using var gateway = new StubGateway(_ => Answer(200, Page, "text/html"));

        var failure = await gateway.FailAsync(gateway.MakeAsync(name));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Contains("a web page", failure.Message, StringComparison.Ordinal);
        Assert.Single(gateway.Requests);
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", "Access denied.")]
    [InlineData("TEXT/HTML", "Access denied.")]
    [InlineData("application/xhtml+xml", "Access denied.")]
    [InlineData("text/plain", Page)]
    [InlineData("application/json", "\uFEFF\r\n <!DOCTYPE html>")]
    [InlineData(null, "\t<?xml version=\"1.0\"?>")]
    public async Task A_web_page_is_known_by_its_type_and_by_how_it_begins(string? type, string body)
    {
        using var gateway = new StubGateway(_ => Answer(401, body, type));

        var failure = await gateway.FailAsync(gateway.MakeAsync("refresh"));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
    }

    [Theory]
    [InlineData("text/plain", "JWT authorization failed")]
    [InlineData("application/problem+json", """{"title":"Unauthorized"}""")]
    [InlineData("text/html", """ {"title":"Unauthorized"}""")]
    [InlineData("text/html", "\"Unauthorized\"")]
    [InlineData("text/html", "")]
    [InlineData("text/html", "\r\n")]
    [InlineData(null, "")]
    public async Task What_is_no_web_page_is_a_refusal(string? type, string body)
    {
        using var gateway = new StubGateway(_ => Answer(401, body, type));

        var failure = await gateway.FailAsync(gateway.MakeAsync("refresh"));

        Assert.Equal(SxtFailureReason.SessionEnded, failure.Reason);
    }

    [Fact]
    public async Task JSON_is_read_whatever_its_type_says()
    {
        using var gateway = new StubGateway(_ => Answer(200, """{"authCode":"sign me"}""", "text/html"));

        Assert.Equal("sign me", await gateway.Client.RequestChallengeAsync(StubGateway.Timeout, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(429, SxtFailureReason.Throttled, 7)]
    [InlineData(503, SxtFailureReason.GatewayUnreachable, 7)]
    [InlineData(407, SxtFailureReason.GatewayUnreachable, 7)]
    [InlineData(408, SxtFailureReason.GatewayUnreachable, 7)]
    public async Task A_status_that_decides_nothing_counts_with_a_web_page_or_an_endless_body_too(int status, SxtFailureReason reason, int retryAfter)
    {
        foreach (var body in new[] { Page, Page.PadRight(70_000), new string('x', 70_000) })
        {
            using var gateway = new StubGateway(_ =>
            {
                var answer = Answer(status, body, "text/html");
                answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(retryAfter));
                return answer;
            });

            var failure = await gateway.FailAsync(gateway.MakeAsync("refresh"));

            Assert.Equal(reason, failure.Reason);
            Assert.Equal(TimeSpan.FromSeconds(retryAfter), failure.RetryAfter);
            Assert.Contains($"status {status}", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("text/html", "a web page")]
    [InlineData("text/plain", "more than 64 KiB")]
    public async Task A_refusal_that_is_too_long_to_be_read_is_none(string type, string found)
    {
        using var gateway = new StubGateway(_ => Answer(401, new string('x', 70_000), type));

        var failure = await gateway.FailAsync(gateway.MakeAsync("refresh"));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Contains(found, failure.Message, StringComparison.Ordinal);
        Assert.Contains("status 401", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SxtGatewayCallKind.Challenge)]
    [InlineData(SxtGatewayCallKind.Token)]
    public async Task An_app_that_meets_a_web_page_logs_in_seconds_after_it_is_gone(SxtGatewayCallKind kind)
    {
        await using var app = new TestApp();
        var page = app.Gateway.InjectFault(SxtGatewayFault.Answer(403, Page, "text/html", kind: kind));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RemoveFault(page);
        app.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(200)]
    public async Task A_web_page_says_nothing_of_a_callers_token(int status)
    {
        await using var app = await InboundApp.StartAsync();
        app.Gateway.InjectFault(SxtGatewayFault.Answer(status, Page, "text/html", kind: SxtGatewayCallKind.ValidToken));

        using var response = await app.Time.PassUntilAsync(app.GetAsync(app.Issue()), TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1503);
    }

    private static HttpResponseMessage Answer(int status, string body, string? type)
    {
        var answer = StubGateway.Answer((HttpStatusCode)status, body);
        answer.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return answer;
    }
}
