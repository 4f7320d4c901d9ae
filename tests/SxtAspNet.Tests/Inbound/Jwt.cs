using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace SxtAspNet.Tests.Inbound;

/// <summary>Makes tokens that nobody signed.</summary>
internal static class Jwt
{
    public static string Make(string header, string payload) =>
        $"{Part(Encoding.UTF8.GetBytes(header))}.{Part(Encoding.UTF8.GetBytes(payload))}.{Part(new byte[64])}";

    public static string Part(byte[] bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>A token with the claims of a gateway's, and a signature of zeros.</summary>
    public static string Forge(DateTimeOffset now, Action<JsonObject>? payload = null, Action<JsonObject>? header = null)
    {
        var head = new JsonObject { ["type"] = "access", ["kid"] = "x", ["alg"] = "ES256" };
        var body = new JsonObject
        {
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(25).ToUnixTimeSeconds(),
            ["type"] = "access",
            ["user"] = InboundApp.User,
            ["subscription"] = "x",
            ["session"] = "x",
            ["ssn_exp"] = now.AddHours(24).ToUnixTimeMilliseconds(),
        };
        header?.Invoke(head);
        payload?.Invoke(body);
        return Make(head.ToJsonString(), body.ToJsonString());
    }

    public static JsonObject Payload(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
}
