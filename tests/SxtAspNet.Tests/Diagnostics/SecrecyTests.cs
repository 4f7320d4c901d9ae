using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Gateway;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Diagnostics;

public class SecrecyTests
{
    private static readonly Dictionary<string, Action<IServiceCollection>> Clients = new()
    {
        ["no settings"] = services => services.AddHttpClient("app").AddSxtTokenHandler(),
        ["nothing redacted, set before"] = services => services.AddHttpClient("app").RedactLoggedHeaders(_ => false).AddSxtTokenHandler(),
        ["nothing redacted, set after"] = services => services.AddHttpClient("app").AddSxtTokenHandler().RedactLoggedHeaders(_ => false),
        ["another header redacted, set before"] = services => services.AddHttpClient("app").RedactLoggedHeaders(["X-Other"]).AddSxtTokenHandler(),
        ["another header redacted, set after"] = services => services.AddHttpClient("app").AddSxtTokenHandler().RedactLoggedHeaders(["X-Other"]),
        ["nothing redacted in any client"] = services =>
        {
            services.AddHttpClient("app").AddSxtTokenHandler();
            services.ConfigureHttpClientDefaults(defaults => defaults.RedactLoggedHeaders(_ => false));
        },
        ["the handler in any client"] = services =>
        {
            services.ConfigureHttpClientDefaults(defaults => defaults.AddSxtTokenHandler().RedactLoggedHeaders(_ => false));
            services.AddHttpClient("app", client => client.BaseAddress = new Uri("https://gateway.sxt.test"));
        },
    };

    public static TheoryData<string> ClientNames => [.. Clients.Keys];

    [Theory]
    [MemberData(nameof(ClientNames))]
    public async Task No_secret_gets_into_a_log_of_a_whole_life_cycle(string client)
    {
        var key = new TestKeySource();
        SecretRecorder recorder = null!;
        await using var app = new TestApp(key: key, services: services =>
        {
            Clients[client](services);
            services.PostConfigureAll<SxtOptions>(options =>
                options.BackchannelHttpHandler = recorder ??= new SecretRecorder(options.BackchannelHttpHandler!));
        });

        var failures = await LiveAsync(app, () => recorder, app.CreateClient("app"));

        string[] seeds = [Convert.ToHexString(key.Seed), Convert.ToHexStringLower(key.Seed), Convert.ToBase64String(key.Seed)];
        string[] secrets = [.. recorder.Secrets, .. seeds];
        var texts = app.Logs.GetSnapshot().SelectMany(Texts).Concat(failures.Select(failure => failure.ToString())).ToArray();
        Assert.True(secrets.Length > 15 && failures.Count > 5 && texts.Length > 500);
        Assert.Contains(texts, text => text.Contains("Authorization: *", StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(texts, text => text.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_apps_choice_about_other_headers_holds()
    {
        await using var app = new TestApp(key: new TestKeySource(), services: services => services.AddHttpClient("app")
            .AddSxtTokenHandler().RedactLoggedHeaders(header => header == "X-Hidden"));
        using var client = app.CreateClient("app");
        client.DefaultRequestHeaders.Add("X-Hidden", "hidden-value");
        client.DefaultRequestHeaders.Add("X-Shown", "shown-value");

        using var response = await app.QueryAsync(client);

        var texts = app.Logs.GetSnapshot().SelectMany(Texts).ToArray();
        Assert.Contains(texts, text => text.Contains("X-Shown: shown-value", StringComparison.Ordinal));
        Assert.DoesNotContain(texts, text => text.Contains("hidden-value", StringComparison.Ordinal));
    }

    [Fact]
    public void No_type_that_holds_a_secret_shows_it_as_text()
    {
        const string access = "access-token-value";
        const string refresh = "refresh-token-value";
        const string signature = "signature-value";
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var grant = new SessionGrant
        {
            RequestedAt = now,
            AccessToken = access,
            RefreshToken = refresh,
            AccessTokenExpires = now,
            RefreshTokenExpires = now,
            SessionExpires = now,
        };
        var session = Session.FromGrant(grant, generation: 1, grantedAt: now, knownEnd: null);
        var key = new TestKeySource();
        using var signingKey = key.Create();
        object[] holders =
        [
            grant,
            session,
            session.AccessToken!,
            session.RefreshToken!,
            new ActiveToken(session, session.AccessToken!, unusableFrom: 1),
            new StoredSession(SessionRecord.Write(session), session, null),
            new TokenRequest("user", "code", signature, "key", "ed25519"),
            new SessionAnswer(access, refresh, 1, 1, 1),
            new GatewayCall { Description = "Refresh", Method = HttpMethod.Post, Path = "v1/auth/refresh", Bearer = refresh, Body = [1] },
            signingKey,
        ];

        foreach (var secret in new[] { access, refresh, signature, Convert.ToHexStringLower(key.Seed), Convert.ToBase64String(key.Seed) })
        {
            Assert.All(holders, holder => Assert.DoesNotContain(secret, holder.ToString(), StringComparison.Ordinal));
        }
    }

    /// <summary>Goes through all that a session can meet, and returns the exceptions that an app would have seen.</summary>
    private static async Task<List<Exception>> LiveAsync(TestApp app, Func<SecretRecorder> recorder, HttpClient client)
    {
        List<Exception> failures = [];
        var cancellationToken = TestContext.Current.CancellationToken;

        // A life without failures: login, refresh, replay, logout.
        await app.StartAsync();
        (await app.QueryAsync(client)).Dispose();
        app.Pass(TimeSpan.FromMinutes(50), TimeSpan.FromSeconds(30));
        app.Gateway.RevokeSessions(TestApp.User);
        (await app.QueryAsync(client)).Dispose();
        await app.Session.LogoutAsync(cancellationToken);

        // The gateway quotes what it was sent, in every kind of answer to every kind of call.
        foreach (var echo in Echoes())
        {
            recorder().Echo = echo;
            recorder().EchoPath = "/token";
            await TryAsync(() => app.QueryAsync(client));
            recorder().EchoPath = "/none";
            app.Pass(TimeSpan.FromMinutes(2));
            await TryAsync(() => app.QueryAsync(client));
            recorder().EchoPath = "/refresh";
            await TryAsync(() => app.Session.RenewAsync(cancellationToken));
            recorder().EchoPath = "/logout";
            await TryAsync(() => app.Session.LogoutAsync(cancellationToken));
            recorder().EchoPath = "/validtoken";
            app.Gateway.RevokeSessions(TestApp.User);
            await TryAsync(() => app.QueryAsync(client));
            recorder().Echo = null;
            app.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));
            await TryAsync(() => app.QueryAsync(client));
        }

        // Answers that are cut, late, lost or failures.
        foreach (var kind in new[] { SxtGatewayCallKind.Token, SxtGatewayCallKind.Refresh, SxtGatewayCallKind.Logout, SxtGatewayCallKind.ValidToken })
        {
            foreach (var fault in new[] { SxtGatewayFault.TruncateBody(1, kind), SxtGatewayFault.DropAfter(1, kind), SxtGatewayFault.Status(500, 1, kind, afterWork: true) })
            {
                app.Gateway.InjectFault(fault);
                await TryAsync(() => app.Session.RenewAsync(cancellationToken));
                await TryAsync(() => app.Session.LogoutAsync(cancellationToken));
                app.Pass(TimeSpan.FromMinutes(2));
                await TryAsync(() => app.QueryAsync(client));
                app.Gateway.RevokeSessions(TestApp.User);
                await TryAsync(() => app.QueryAsync(client));
                app.Gateway.ClearFaults();
            }
        }

        return failures;

        async Task TryAsync(Func<Task> act)
        {
            // What waits, waits for virtual time, and not longer than the acquire timeout.
            var acting = act();
            app.Pass(acting.IsCompleted ? TimeSpan.Zero : TimeSpan.FromSeconds(31), TimeSpan.FromMilliseconds(100));
            try
            {
                await acting;
            }
            catch (SxtAuthenticationException failure)
            {
                failures.Add(failure);
            }
        }
    }

    private static IEnumerable<Func<string, (HttpStatusCode, string)>> Echoes() =>
    [
        secret => (HttpStatusCode.Unauthorized, JsonSerializer.Serialize(new { title = "Unauthorized", detail = $"The token {secret} is unknown." })),
        secret => (HttpStatusCode.BadRequest, $"Bearer {secret}"),
        secret => (HttpStatusCode.InternalServerError, $"Unexpected character in '{secret}'\r\n   at Gateway.Parse({secret})"),
        secret => (HttpStatusCode.OK, $"{{\"accessToken\":\"{secret}\",\"refreshToken\":\"{secret}\",\"accessTokenExpires\":\"{secret}\"}}"),
        secret => (HttpStatusCode.OK, secret),
    ];

    private static IEnumerable<string> Texts(FakeLogRecord record) =>
    [
        record.Message,
        record.Exception?.ToString() ?? "",
        .. IsHeaderLog(record) ? [] : record.StructuredState?.Select(pair => $"{pair.Key}={pair.Value}") ?? [],
        .. record.Scopes.Select(scope => scope?.ToString() ?? ""),
        .. record.Scopes.OfType<IEnumerable<KeyValuePair<string, object?>>>().SelectMany(scope => scope).Select(pair => $"{pair.Key}={pair.Value}"),
    ];

    /// <summary>The framework redacts the text of its header logs, but not the values that it passes along with it.</summary>
    private static bool IsHeaderLog(FakeLogRecord record) =>
        record.Category!.StartsWith("System.Net.Http.HttpClient.", StringComparison.Ordinal)
        && record.Message.Contains("Headers:", StringComparison.Ordinal);
}
