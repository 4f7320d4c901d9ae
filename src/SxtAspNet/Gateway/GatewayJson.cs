using System.Text.Json;
using System.Text.Json.Serialization;

namespace SxtAspNet.Gateway;

// The bodies of PROTOCOL.md's calls and the parts of its tokens. Unknown members are ignored; missing ones come out null and are refused by the
// reader of the answer.
internal sealed record ChallengeRequest(string UserId);

internal sealed record ChallengeAnswer(string? AuthCode);

internal sealed record TokenRequest(string UserId, string AuthCode, string Signature, string Key, string Scheme)
{
    public override string ToString() => $"token request of {UserId}";
}

internal sealed record SessionAnswer(
    string? AccessToken,
    string? RefreshToken,
    long? AccessTokenExpires,
    long? RefreshTokenExpires,
    long? SessionExpires)
{
    public override string ToString() => "session answer";
}

internal sealed record AddKeyRequest(string AuthCode, string Signature, string Key, string Scheme)
{
    public override string ToString() => $"request to add the key {Key}";
}

internal sealed record KeysAnswer(string[]? Keys);

internal sealed record ValidTokenAnswer(
    string? UserId, string? SubscriptionId = null, bool? Restricted = null, bool? QuotaExceeded = null, bool? Trial = null);

internal sealed record GatewayProblem(string? Title, string? Detail);

internal sealed record TokenHeader(string? Type);

internal sealed record TokenPayload(
    string? Type,
    string? User,
    string? Subscription,
    string? Session,
    [property: JsonPropertyName("exp")] long? Expires,
    [property: JsonPropertyName("nbf")] long? NotBefore,
    [property: JsonPropertyName("iat")] long? IssuedAt,
    [property: JsonPropertyName("ssn_exp")] long? SessionExpires);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChallengeRequest))]
[JsonSerializable(typeof(ChallengeAnswer))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(AddKeyRequest))]
[JsonSerializable(typeof(KeysAnswer))]
[JsonSerializable(typeof(ValidTokenAnswer))]
[JsonSerializable(typeof(GatewayProblem))]
[JsonSerializable(typeof(TokenHeader))]
[JsonSerializable(typeof(TokenPayload))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class GatewayJson : JsonSerializerContext;
