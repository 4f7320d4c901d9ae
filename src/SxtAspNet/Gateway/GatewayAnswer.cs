using System.Net;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace SxtAspNet.Gateway;

/// <summary>One answer of the gateway, read to its end; or of something in between that answers in its place.</summary>
internal sealed partial class GatewayAnswer(
    GatewayCall call, HttpStatusCode status, byte[] body, TimeSpan? retryAfter, long sentAt, string? mediaType = null)
{
    private const int LongestExplanation = 200;
    private const string Xhtml = "application/xhtml+xml";

    public HttpStatusCode Status { get; } = status;

    /// <summary>The monotonic timestamp before the call was sent.</summary>
    public long SentAt { get; } = sentAt;

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public bool IsEmpty => body.Length == 0;

    /// <summary>Whether the gateway understood the call and said no to it, so asking again changes nothing.</summary>
    public bool IsRefusal => (int)Status is >= 400 and < 500
        && Status is not (HttpStatusCode.ProxyAuthenticationRequired or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
        && !IsWebPage;

    /// <summary>White space, byte order marks, and the zeros of UTF-16.</summary>
    private static ReadOnlySpan<byte> Blanks => [(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', (byte)'\f', 0, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF];

    /// <summary>
    /// Whether it is a web page. The gateway has none: an ingress, a firewall, a content filter or a page to log in at has answered in
    /// its place. A refusal without a body, and JSON, are the gateway's, whatever type a server writes beside them.
    /// </summary>
    private bool IsWebPage
    {
        get
        {
            var text = body.AsSpan().TrimStart(Blanks);
            var isNamedSo = string.Equals(mediaType, MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase)
                || string.Equals(mediaType, Xhtml, StringComparison.OrdinalIgnoreCase);
            return !text.IsEmpty && (text[0] == (byte)'<' || (isNamedSo && !IsSuccess && text[0] is not ((byte)'{' or (byte)'"')));
        }
    }

    /// <summary>Reads the body of a success.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.BadAnswer"/>.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw BadAnswer("an empty body");
        }
        catch (JsonException)
        {
            // The exception's text can quote the body, and the body can hold tokens.
            throw BadAnswer("a body that is not the expected JSON");
        }
    }

    /// <summary>Throws unless the gateway accepted or refused the call.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway can't serve now, or the answer is not of the protocol.</exception>
    public void ThrowUnlessDecided()
    {
        if (IsRefusal || (IsSuccess && !IsWebPage))
        {
            return;
        }

        throw Status switch
        {
            HttpStatusCode.TooManyRequests => Failure(SxtFailureReason.Throttled, "asks for fewer calls"),
            HttpStatusCode.ProxyAuthenticationRequired => Failure(
                SxtFailureReason.GatewayUnreachable, "can't be reached: the proxy asks for authentication"),
            HttpStatusCode.RequestTimeout => Failure(SxtFailureReason.GatewayUnreachable, "timed out"),
            >= HttpStatusCode.InternalServerError => Failure(SxtFailureReason.GatewayUnreachable, "failed"),
            < HttpStatusCode.MultipleChoices or >= HttpStatusCode.BadRequest when IsWebPage => BadAnswer(
                $"a web page (of a proxy or firewall in between?); check {call.Host.Setting}"),
            _ => BadAnswer($"a redirect or another status that the protocol does not have; check {call.Host.Setting}"),
        };
    }

    public SxtAuthenticationException BadAnswer(string found) => Failure(SxtFailureReason.BadAnswer, $"answered with {found}");

    /// <summary>An exception that says what the gateway did, in its own words where they are fit to print.</summary>
    public SxtAuthenticationException Failure(SxtFailureReason reason, string what)
    {
        var explanation = IsSuccess ? "" : Explanation();
        return new SxtAuthenticationException(
            reason, $"{call}: the {call.Host.Name} {what} (status {(int)Status}{explanation}).", retryAfter: retryAfter)
        { AnswerStatus = Status };
    }

    /// <summary>The gateway's own words, without anything in them that could be a token, a key or a signature.</summary>
    private string Explanation()
    {
        string? text = null;
        try
        {
            var problem = JsonSerializer.Deserialize(body, GatewayJson.Default.GatewayProblem);
            text = problem?.Detail ?? problem?.Title;
        }
        catch (JsonException)
        {
            text = System.Text.Encoding.UTF8.GetString(body);
        }

        text ??= "";
        text = Unprintable().Replace(text.Length > 4 * LongestExplanation ? text[..(4 * LongestExplanation)] : text, " ").Trim();
        if (text.Length == 0 || text.StartsWith('<'))
        {
            return "";
        }

        text = PossibleSecret().Replace(text, "…");
        return $": \"{(text.Length > LongestExplanation ? text[..LongestExplanation] : text)}\"";
    }

    [GeneratedRegex(@"[A-Za-z0-9+/_=.\-]{16,}")]
    private static partial Regex PossibleSecret();

    /// <summary>Control characters, and the line breaks that are none.</summary>
    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+")]
    private static partial Regex Unprintable();
}
