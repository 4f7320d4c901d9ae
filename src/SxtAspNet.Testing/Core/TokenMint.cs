using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SxtAspNet.Testing.Core;

/// <summary>What a token says, in the gateway's words.</summary>
internal sealed record TokenClaims(
    bool IsRefresh,
    string UserId,
    string? Subscription,
    string SessionId,
    string Iteration,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset SessionEndsAt);

/// <summary>Makes the gateway's JWTs and recognises them again.</summary>
internal sealed class TokenMint : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _keyId = Guid.NewGuid().ToString();

    /// <summary>The key that the signatures verify with. The gateway publishes it nowhere, so neither do we.</summary>
    public ECParameters PublicKey => _key.ExportParameters(includePrivateParameters: false);

    public string Sign(TokenClaims claims)
    {
        string type = TypeName(claims.IsRefresh);
        byte[] header = GatewayReply.JsonBytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("kid", _keyId);
            json.WriteString("alg", "ES256");
            json.WriteEndObject();
        });
        byte[] payload = GatewayReply.JsonBytes(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("iat", claims.IssuedAt.ToUnixTimeSeconds());
            json.WriteNumber("nbf", claims.IssuedAt.ToUnixTimeSeconds());
            json.WriteNumber("exp", claims.ExpiresAt.ToUnixTimeSeconds());
            json.WriteString("type", type);
            json.WriteString("user", claims.UserId);
            if (claims.Subscription is { } subscription)
            {
                json.WriteString("subscription", subscription);
            }

            json.WriteString("session", claims.SessionId);
            json.WriteNumber("ssn_exp", claims.SessionEndsAt.ToUnixTimeMilliseconds());
            json.WriteString("iteration", claims.Iteration);
            json.WriteEndObject();
        });

        string signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        byte[] signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Whether this is a token of ours, of any age, that was over at <paramref name="now"/>.</summary>
    public bool IsOwnAndOver(string token, DateTimeOffset now)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || !Array.TrueForAll(parts, part => Base64Url.IsValid(part)))
        {
            return false;
        }

        byte[] signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        if (!_key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256))
        {
            return false;
        }

        using JsonDocument payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        return payload.RootElement.GetProperty("exp").GetInt64() <= now.ToUnixTimeSeconds()
            || payload.RootElement.GetProperty("ssn_exp").GetInt64() <= now.ToUnixTimeMilliseconds();
    }

    public void Dispose() => _key.Dispose();

    private static string TypeName(bool isRefresh) => isRefresh ? "refresh" : "access";
}
