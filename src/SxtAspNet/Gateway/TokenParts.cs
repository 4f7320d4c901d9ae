using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SxtAspNet.Gateway;

/// <summary>
/// What a token of the gateway (a JWT) says of itself. The gateway's signing keys are not published, so nobody has vouched
/// for it: they are hints, until the gateway has accepted the token.
/// </summary>
internal sealed record TokenParts(TokenHeader Header, TokenPayload Payload)
{
    // Exactly the alphabet of a JWT: decoders are more generous (blanks, padding), and not all in the same way.
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Reads a token.</summary>
    /// <returns><see langword="null"/>: it is no token of the gateway's form.</returns>
    public static TokenParts? Read(ReadOnlySpan<char> token)
    {
        if (token.ContainsAnyExcept(Alphabet) || token.Count('.') != 2)
        {
            return null;
        }

        var firstDot = token.IndexOf('.');
        var lastDot = token.LastIndexOf('.');
        return lastDot < token.Length - 1
            && Decode(token[..firstDot], GatewayJson.Default.TokenHeader) is { } header
            && Decode(token[(firstDot + 1)..lastDot], GatewayJson.Default.TokenPayload) is { } payload
                ? new TokenParts(header, payload)
                : null;
    }

    /// <summary>An instant of a claim.</summary>
    /// <param name="value">The claim.</param>
    /// <param name="unit">Its unit, in milliseconds.</param>
    /// <returns><see langword="null"/>: there is none, or none that a calendar has.</returns>
    public static DateTimeOffset? Instant(long? value, long unit) =>
        value >= 0 && value <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / unit
            ? DateTimeOffset.FromUnixTimeMilliseconds(value.Value * unit)
            : null;

    public override string ToString() => "parts of a token";

    private static T? Decode<T>(ReadOnlySpan<char> part, JsonTypeInfo<T> type)
        where T : class
    {
        if (!Base64Url.IsValid(part))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(part), type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
