using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Inbound;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

public class InboundSecrecyTests
{
    [Fact]
    public async Task No_token_gets_into_a_log_an_exception_or_an_answer()
    {
        ConcurrentQueue<Exception> failures = [];
        await using var app = await InboundApp.StartAsync(
            options =>
            {
                (options.AllowAnyUser, options.SaveToken) = (true, true);
                options.Events.OnAuthenticationFailed = context =>
                {
                    failures.Enqueue(context.Exception);
                    return Task.CompletedTask;
                };
            },
            services =>
            {
                services.AddProblemDetails();
                services.AddHttpClient("caller").AddSxtCallerTokenHandler().RedactLoggedHeaders(_ => false);
            },
            endpoints: routes => routes.MapGet("/call", async (HttpContext context, IHttpClientFactory clients) =>
            {
                await context.AuthenticateAsync();
                using var response = await clients.CreateClient("caller").GetAsync(new Uri("v1/auth/keys", UriKind.Relative));
            }));
        List<string> tokens = [];
        List<string> answers = [];

        // Accepted, known, logged out, forged, malformed, too long, and each failure of the gateway, which quotes the token.
        await SendAsync(app.Issue());
        await SendAsync(tokens[0]);
        app.Gateway.RevokeSessions(InboundApp.User);
        app.Services.GetRequiredService<SxtBearerCache>().Invalidate(tokens[0]);
        await SendAsync(tokens[0]);
        await SendAsync(Jwt.Forge(app.Time.GetUtcNow()));
        await SendAsync("malformed-token-of-some-length");
        await SendAsync(new string('A', 9_000));
        foreach (var status in new[] { 200, 302, 400, 401, 404, 429 })
        {
            var token = app.Issue();
            app.Gateway.InjectFault(SxtGatewayFault.Answer(status, $"The token {token} is what it is", times: 1, kind: SxtGatewayCallKind.ValidToken));
            await SendAsync(token);
            app.Time.Advance(TimeSpan.FromMinutes(2));
        }

        app.Gateway.ClearFaults();
        await SendAsync(app.Issue(), "/call");

        var texts = app.Logs.GetSnapshot().SelectMany(Texts).Concat(failures.Select(failure => failure.ToString())).Concat(answers).ToArray();
        Assert.True(tokens.Distinct().Count() > 10 && failures.Count > 8 && texts.Length > 100);
        Assert.Contains(texts, text => text.Contains("Authorization: *", StringComparison.Ordinal));
        Assert.All(tokens.Distinct(), token => Assert.DoesNotContain(texts, text => text.Contains(token, StringComparison.Ordinal)));

        async Task SendAsync(string token, string path = "/me")
        {
            tokens.Add(token);
            using var response = await app.GetAsync(token, path);
            answers.Add(response + await response.TextAsync());
        }
    }

    [Fact]
    public void No_type_that_holds_a_token_shows_it_as_text()
    {
        const string token = "the-token";
        object[] holders =
        [
            new PresentedToken(token),
            new CallerToken("SxtBearer", () => token, null),
            TokenClaims.Read(Jwt.Forge(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))).Claims!,
        ];

        Assert.All(holders, holder => Assert.DoesNotContain(token, holder.ToString(), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Texts(FakeLogRecord record) =>
    [
        record.Message,
        record.Exception?.ToString() ?? "",
        .. IsHeaderLog(record) ? [] : record.StructuredState?.Select(pair => $"{pair.Key}={pair.Value}") ?? [],
        .. record.Scopes.Select(scope => scope?.ToString() ?? ""),
    ];

    /// <summary>The framework redacts the text of its header logs, but not the values that it passes along with it.</summary>
    private static bool IsHeaderLog(FakeLogRecord record) =>
        record.Category!.StartsWith("System.Net.Http.HttpClient.", StringComparison.Ordinal)
        && record.Message.Contains("Headers:", StringComparison.Ordinal);
}
