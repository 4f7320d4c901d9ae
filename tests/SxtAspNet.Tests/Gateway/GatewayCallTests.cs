using System.Net;
using System.Net.Http.Headers;
using System.Text;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tests.Gateway;

/// <summary>Each call to the gateway: what is sent, how often, and what is read from its answer.</summary>
public sealed class GatewayCallTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    /// <summary>Those that may be made in vain, and those that spend something.</summary>
    public static TheoryData<string, bool> Calls => new()
    {
        { "challenge", true }, { "user exists", true }, { "token is valid", true }, { "list keys", true }, { "challenge for a key", true }, { "exchange an API key", true },
        { "login", false }, { "refresh", false }, { "logout", false }, { "add a key", false },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_that_can_be_made_in_vain_is_made_three_times_and_no_other_is_repeated(string name, bool isRepeatable)
    {
        using var gateway = new StubGateway(HttpStatusCode.ServiceUnavailable);

        var failure = await gateway.FailAsync(gateway.MakeAsync(name));

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Equal(isRepeatable ? 3 : 1, gateway.Requests.Count);
    }

    [Fact]
    public async Task A_call_that_fails_late_is_not_repeated_beyond_its_time_limit()
    {
        using var gateway = new StubGateway(HttpStatusCode.ServiceUnavailable);
        var call = gateway.Client.RequestChallengeAsync(StubGateway.Timeout, Cancellation);
        Assert.Single(gateway.Requests);

        // While it waits to be repeated, as for a process that is paused.
        gateway.Time.Advance(StubGateway.Timeout);
        var failure = await gateway.FailAsync(call);

        Assert.Single(gateway.Requests);
        Assert.Contains("status 503", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("challenge", true, false)]
    [InlineData("login", true, false)]
    [InlineData("refresh", false, true)]
    [InlineData("logout", false, true)]
    [InlineData("token is valid", false, true)]
    [InlineData("user exists", false, false)]
    [InlineData("list keys", false, true)]
    [InlineData("challenge for a key", false, true)]
    [InlineData("add a key", true, true)]
    [InlineData("exchange an API key", false, false)]
    public async Task Each_call_asks_for_JSON_and_says_so_of_a_body_that_it_has(string name, bool hasBody, bool hasToken)
    {
        using var gateway = new StubGateway(HttpStatusCode.Conflict);

        await Record.ExceptionAsync(() => gateway.MakeAsync(name));

        var request = Assert.Single(gateway.Requests);
        Assert.Equal("application/json", request.Accept);
        Assert.Equal(hasBody ? "application/json" : null, request.ContentType);
        Assert.Equal(hasToken ? "Bearer token" : null, request.Authorization);
        Assert.Equal(name is "exchange an API key" ? "sxt_key" : null, request.ApiKey);
    }

    [Theory]
    [InlineData("challenge", 404, SxtFailureReason.UserUnknown)]
    [InlineData("login", 401, SxtFailureReason.KeyRefused)]
    [InlineData("refresh", 401, SxtFailureReason.SessionEnded)]
    [InlineData("logout", 403, SxtFailureReason.BadAnswer)]
    [InlineData("token is valid", 403, SxtFailureReason.BadAnswer)]
    [InlineData("user exists", 404, SxtFailureReason.BadAnswer)]
    [InlineData("list keys", 401, SxtFailureReason.SessionEnded)]
    [InlineData("list keys", 403, SxtFailureReason.BadAnswer)]
    [InlineData("challenge for a key", 401, SxtFailureReason.SessionEnded)]
    [InlineData("challenge for a key", 403, SxtFailureReason.BadAnswer)]
    [InlineData("add a key", 401, SxtFailureReason.KeyRefused)]
    [InlineData("add a key", 409, SxtFailureReason.KeyRefused)]
    [InlineData("exchange an API key", 401, SxtFailureReason.KeyRefused)]
    [InlineData("exchange an API key", 403, SxtFailureReason.KeyRefused)]
    [InlineData("exchange an API key", 404, SxtFailureReason.BadAnswer)]
    public async Task A_refusal_has_the_reason_of_its_call(string name, int status, SxtFailureReason reason)
    {
        using var gateway = new StubGateway((HttpStatusCode)status);

        var failure = await gateway.FailAsync(gateway.MakeAsync(name));

        Assert.Equal(reason, failure.Reason);
        Assert.Single(gateway.Requests);
    }

    [Theory]
    [InlineData("logout")]
    [InlineData("token is valid")]
    public async Task A_token_that_is_over_is_logged_out_and_not_valid(string name)
    {
        using var gateway = new StubGateway(HttpStatusCode.Unauthorized);

        await gateway.MakeAsync(name);

        Assert.False(name == "token is valid" && await gateway.Client.IsValidAsync("token", StubGateway.Timeout, Cancellation));
    }

    [Theory]
    [InlineData("challenge", "{}")]
    [InlineData("challenge", """{"authCode":""}""")]
    [InlineData("challenge", "null")]
    [InlineData("challenge for a key", "{}")]
    [InlineData("challenge for a key", """{"authCode":""}""")]
    [InlineData("list keys", "{}")]
    [InlineData("list keys", """{"keys":["a b"]}""")]
    [InlineData("list keys", """{"keys":["good",""]}""")]
    [InlineData("list keys", """{"keys":["good",null]}""")]
    [InlineData("list keys", """{"keys":["line\nbreak"]}""")]
    [InlineData("user exists", "17")]
    [InlineData("login", """{"accessToken":"","refreshToken":"r","accessTokenExpires":1,"refreshTokenExpires":1}""")]
    [InlineData("login", """{"accessToken":"a b","refreshToken":"r","accessTokenExpires":1,"refreshTokenExpires":1}""")]
    [InlineData("login", """{"accessToken":"a","accessTokenExpires":1,"refreshTokenExpires":1}""")]
    [InlineData("login", """{"accessToken":"a","refreshToken":"r\u0001","accessTokenExpires":1,"refreshTokenExpires":1}""")]
    [InlineData("login", """{"accessToken":"a","refreshToken":"r","accessTokenExpires":0,"refreshTokenExpires":1}""")]
    [InlineData("login", """{"accessToken":"a","refreshToken":"r","accessTokenExpires":-1,"refreshTokenExpires":1}""")]
    [InlineData("login", """{"accessToken":"a","refreshToken":"r","accessTokenExpires":1,"refreshTokenExpires":0}""")]
    [InlineData("login", """{"accessToken":"a","refreshToken":"r","accessTokenExpires":9223372036854775807,"refreshTokenExpires":1}""")]
    [InlineData("exchange an API key", """{"refreshToken":"r","accessTokenExpires":1}""")]
    [InlineData("exchange an API key", """{"accessToken":"a","accessTokenExpires":0}""")]
    public async Task An_answer_without_what_was_asked_for_is_a_bad_answer(string name, string body)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, body);

        var failure = await gateway.FailAsync(gateway.MakeAsync(name));

        Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Whether_a_user_exists_is_read(string body, bool exists)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, body);

        Assert.Equal(exists, await gateway.Client.UserExistsAsync(StubGateway.Timeout, Cancellation));
    }

    [Fact]
    public async Task An_answer_without_a_body_calls_no_token_valid()
    {
        using var gateway = new StubGateway(HttpStatusCode.OK);

        Assert.False(await gateway.Client.IsValidAsync("token", StubGateway.Timeout, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_date_of_an_answer_that_a_cache_has_kept_tells_no_time(bool isKept)
    {
        using var gateway = new StubGateway(_ =>
        {
            var answer = Dated(StubGateway.Answer(HttpStatusCode.OK, "true"), new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
            answer.Headers.Age = isKept ? TimeSpan.FromSeconds(10) : null;
            return answer;
        });

        await gateway.Client.UserExistsAsync(StubGateway.Timeout, Cancellation);

        Assert.Equal(!isKept, gateway.Clock.IsKnown);
    }

    [Fact]
    public async Task A_keyring_and_a_challenge_are_read()
    {
        using var keys = new StubGateway(HttpStatusCode.OK, """{"keys":["one","two="]}""");
        using var challenge = new StubGateway(HttpStatusCode.OK, """{"authCode":"sign me"}""");

        Assert.Equal(["one", "two="], await keys.Keyring.ListAsync("token", StubGateway.Timeout, Cancellation));
        Assert.Equal("sign me", await challenge.Keyring.RequestChallengeAsync("token", StubGateway.Timeout, Cancellation));
        Assert.Equal("sign me", await challenge.Client.RequestChallengeAsync(StubGateway.Timeout, Cancellation));
    }

    [Theory]
    [InlineData("""{"userId":"orders"}""", "orders")]
    [InlineData("\"orders\"", "orders")]
    [InlineData("""{"userId":""}""", null)]
    [InlineData("{}", null)]
    [InlineData("\"\"", null)]
    [InlineData("17", null)]
    public async Task The_user_of_a_valid_token_is_read_from_an_object_or_a_bare_word(string body, string? user)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, body);
        var answer = await ValidTokenCall.SendAsync(gateway.Transport, "Check", "token", StubGateway.Timeout, isRepeatable: true, Cancellation);

        if (user is null)
        {
            Assert.Equal(SxtFailureReason.BadAnswer, Assert.Throws<SxtAuthenticationException>(() => ValidTokenCall.Read(answer!)).Reason);
        }
        else
        {
            Assert.Equal(user, ValidTokenCall.Read(answer!).UserId);
        }
    }

    [Fact]
    public async Task A_session_ends_when_the_answer_says_so_else_when_its_token_does()
    {
        var token = $"e30.{System.Buffers.Text.Base64Url.EncodeToString("""{"user":"orders","ssn_exp":2000}"""u8)}.e30";
        using var both = new StubGateway(HttpStatusCode.OK, Session(token, ""","sessionExpires":3000"""));
        using var one = new StubGateway(HttpStatusCode.OK, Session(token, ""));

        var told = await both.Client.RefreshAsync("refresh", StubGateway.Timeout, Cancellation);
        var read = await one.Client.RefreshAsync("refresh", StubGateway.Timeout, Cancellation);

        Assert.Equal(3_000, told.SessionEnd(DateTimeOffset.UnixEpoch)!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(2_000, read.SessionEnd(DateTimeOffset.UnixEpoch)!.Value.ToUnixTimeMilliseconds());
        Assert.Equal("orders", read.UserId);
        Assert.Equal("r", read.RefreshToken);

        static string Session(string token, string more) =>
            $$"""{"accessToken":"{{token}}","refreshToken":"r","accessTokenExpires":1000,"refreshTokenExpires":1000{{more}}}""";
    }

    [Fact]
    public async Task A_refresh_token_beside_an_API_keys_token_is_not_used()
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, """{"accessToken":"a","refreshToken":"r","accessTokenExpires":1000}""");

        var grant = await gateway.Proxy.ExchangeAsync("sxt_key", StubGateway.Timeout, Cancellation);

        Assert.Null(grant.RefreshToken);
    }

    [Fact]
    public async Task A_granted_token_tells_the_time_that_an_answer_alone_does_not()
    {
        var iat = new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);
        var token = $"e30.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"iat":{{iat.ToUnixTimeSeconds()}}}"""))}.e30";
        var expires = iat.AddMinutes(25).ToUnixTimeMilliseconds();
        using var gateway = new StubGateway(_ => Dated(
            StubGateway.Answer(HttpStatusCode.OK, $$"""{"accessToken":"{{token}}","refreshToken":"r","accessTokenExpires":{{expires}},"refreshTokenExpires":{{expires}}}"""), iat));

        await gateway.Client.RefreshAsync("refresh", StubGateway.Timeout, Cancellation);

        // Ten days from this machine's clock: too far to be believed without the token.
        Assert.True(gateway.Clock.IsKnown);
    }

    [Theory]
    [InlineData(7, null, 7)]
    [InlineData(0, null, 0)]
    [InlineData(null, 30, 30)]
    [InlineData(null, -30, 0)]
    [InlineData(null, null, null)]
    public async Task Retry_After_is_read_as_seconds_and_as_an_instant_on_the_answers_own_clock(int? seconds, int? after, int? expected)
    {
        // An hour from this machine's clock, as a date is compared with the date of the same answer.
        var date = new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero);
        using var gateway = new StubGateway(_ => Dated(Throttled(seconds, after is { } delay ? date.AddSeconds(delay) : null), date));

        var failure = await gateway.FailAsync(gateway.Client.RequestChallengeAsync(StubGateway.Timeout, Cancellation));

        Assert.Equal(SxtFailureReason.Throttled, failure.Reason);
        Assert.Equal(expected, failure.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task An_instant_without_a_date_is_compared_with_the_gateways_clock()
    {
        using var gateway = new StubGateway(_ => Throttled(null, new DateTimeOffset(2026, 3, 1, 12, 0, 40, TimeSpan.Zero)));

        var failure = await gateway.FailAsync(gateway.Client.RequestChallengeAsync(StubGateway.Timeout, Cancellation));

        Assert.Equal(40, failure.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    [InlineData(10_000_000, false)]
    public async Task An_answer_of_more_than_64_KiB_is_no_answer(int length, bool isRead)
    {
        using var gateway = new StubGateway(HttpStatusCode.OK, """{"authCode":"sign me"}""".PadRight(length));

        var call = gateway.Client.RequestChallengeAsync(StubGateway.Timeout, Cancellation);

        if (isRead)
        {
            Assert.Equal("sign me", await call);
        }
        else
        {
            var failure = await gateway.FailAsync(call);
            Assert.Equal(SxtFailureReason.BadAnswer, failure.Reason);
            Assert.Contains("64 KiB", failure.Message, StringComparison.Ordinal);
        }
    }

    private static HttpResponseMessage Throttled(int? seconds, DateTimeOffset? at)
    {
        var answer = StubGateway.Answer(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter = seconds is { } delta ? new RetryConditionHeaderValue(TimeSpan.FromSeconds(delta))
            : at is { } instant ? new RetryConditionHeaderValue(instant)
            : null;
        return answer;
    }

    private static HttpResponseMessage Dated(HttpResponseMessage answer, DateTimeOffset date)
    {
        answer.Headers.Date = date;
        return answer;
    }
}
