using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SxtAspNet.Gateway;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Gateway;

public partial class GatewayAnswerTests
{
    [Theory]
    [InlineData("""{"title":"Conflict","detail":"The user is locked."}""", ": \"The user is locked.\"")]
    [InlineData("""{"title":"Conflict"}""", ": \"Conflict\"")]
    [InlineData("The user is locked.", ": \"The user is locked.\"")]
    [InlineData("\"The user is locked.\"", ": \"\"The user is locked.\"\"")]
    [InlineData("", "")]
    [InlineData(" \r\n ", "")]
    [InlineData("null", "")]
    [InlineData("""{"error":17}""", "")]
    [InlineData("<html><body>Bad gateway</body></html>", "")]
    [InlineData("\r\n<!DOCTYPE html>\r\n<html></html>", "")]
    [InlineData("\uFEFF<?xml version=\"1.0\"?>", "")]
    public void The_gateways_words_are_quoted_where_they_are_fit_to_print(string body, string explanation)
    {
        Assert.Equal($"Login of user 'orders-service': the gateway refused it (status 409{explanation}).", Message(body));
    }

    [Theory]
    [InlineData("first\r\nsecond\tthird", "first second third")]
    [InlineData("a\u0000b\u001B[31mc\u0085d", "a b [31mc d")]
    [InlineData("left\u202Eright\u200Bend", "left right end")]
    [InlineData("line\u2028paragraph\u2029end", "line paragraph end")]
    public void Control_characters_are_not_quoted(string body, string quoted)
    {
        Assert.Contains($": \"{quoted}\"", Message(body), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_cut()
    {
        var message = Message(string.Concat(Enumerable.Repeat("too many words ", 10_000)));

        Assert.InRange(message.Length, 200, 300);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("token {0} is unknown")]
    [InlineData("Bearer {0}")]
    [InlineData("token={0};other={0}")]
    [InlineData("\"{0}\" (\"{0}\")")]
    [InlineData("some words in front of it, {0}, and some words behind it")]
    public async Task No_token_signature_or_key_is_quoted(string format)
    {
        await using var gateway = new SxtGatewayEmulator();
        var key = new TestKeySource();
        string[] secrets =
        [
            gateway.IssueAccessToken(TestApp.User),
            Convert.ToHexStringLower(key.Seed),
            Convert.ToBase64String(key.Seed),
            Convert.ToHexString(new byte[64]),
        ];

        foreach (var secret in secrets)
        {
            var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, format, secret);
            foreach (var body in new[] { text, JsonSerializer.Serialize(new { detail = text }), JsonSerializer.Serialize(new { title = text }), $"{{\"detail\":\"{text}" })
            {
                Assert.DoesNotMatch(TokenLike(), Quoted(body));
            }
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(785)]
    [InlineData(799)]
    public void A_token_where_the_text_is_cut_leaves_no_token_like_rest(int position)
    {
        var text = string.Concat(Enumerable.Repeat("a ", 400))[..position] + new string('x', 700);

        Assert.DoesNotMatch(TokenLike(), Quoted(text));
    }

    [Fact]
    public void A_body_of_a_success_is_never_quoted()
    {
        var answer = new GatewayAnswer(Call(), HttpStatusCode.OK, "a few words"u8.ToArray(), retryAfter: null, sentAt: 0);

        Assert.DoesNotContain("words", answer.BadAnswer("nonsense").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, SxtFailureReason.Throttled)]
    [InlineData(408, SxtFailureReason.GatewayUnreachable)]
    [InlineData(500, SxtFailureReason.GatewayUnreachable)]
    [InlineData(503, SxtFailureReason.GatewayUnreachable)]
    [InlineData(301, SxtFailureReason.BadAnswer)]
    [InlineData(304, SxtFailureReason.BadAnswer)]
    public void A_status_that_decides_nothing_has_its_reason(int status, SxtFailureReason reason)
    {
        var answer = new GatewayAnswer(Call(), (HttpStatusCode)status, [], retryAfter: TimeSpan.FromSeconds(7), sentAt: 0);

        var failure = Assert.Throws<SxtAuthenticationException>(answer.ThrowUnlessDecided);

        Assert.Equal(reason, failure.Reason);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
        Assert.Contains($"status {status}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    public void A_success_and_a_refusal_are_decisions(int status)
    {
        var answer = new GatewayAnswer(Call(), (HttpStatusCode)status, [], retryAfter: null, sentAt: 0);

        answer.ThrowUnlessDecided();

        Assert.Equal(status >= 400, answer.IsRefusal);
        Assert.Equal(status < 300, answer.IsSuccess);
    }

    private static GatewayCall Call() =>
        new() { Description = "Login of user 'orders-service'", Method = HttpMethod.Post, Path = "v1/auth/token" };

    private static string Message(string body) =>
        new GatewayAnswer(Call(), HttpStatusCode.Conflict, Encoding.UTF8.GetBytes(body), retryAfter: null, sentAt: 0)
            .Failure(SxtFailureReason.KeyRefused, "refused it").Message;

    private static string Quoted(string body) => Message(body).Split("(status 409")[1];

    [GeneratedRegex(@"[A-Za-z0-9+/_=.\-]{16,}")]
    private static partial Regex TokenLike();
}
