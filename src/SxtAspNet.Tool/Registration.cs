using System.Text.Json;
using System.Text.Json.Serialization;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tool;

/// <summary>What a new user tells the gateway besides its id and its key.</summary>
internal sealed record NewUser(string Email, string? JoinCode);

/// <summary>The call that asks for a challenge by which a user is made. A session never needs it.</summary>
internal static class Registration
{
    /// <summary>Asks for the challenge, once: the gateway may write to the address.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not give one.</exception>
    public static async Task<string> RequestChallengeAsync(
        GatewayTransport transport, string userId, NewUser user, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var request = new RegistrationRequest(userId, user.Email, user.JoinCode);
        var call = new GatewayCall
        {
            Description = $"Registration of user '{userId}'",
            Method = HttpMethod.Post,
            Path = "v1/auth/code-register",
            Body = JsonSerializer.SerializeToUtf8Bytes(request, RegistrationJson.Default.RegistrationRequest),
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        if (answer.IsRefusal)
        {
            throw answer.Failure(SxtFailureReason.UserUnknown, "refused it");
        }

        var code = answer.Read(GatewayJson.Default.ChallengeAnswer).AuthCode;
        return string.IsNullOrEmpty(code) ? throw answer.BadAnswer("no challenge") : code;
    }
}

internal sealed record RegistrationRequest(string UserId, string Email, string? JoinCode);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistrationRequest))]
internal sealed partial class RegistrationJson : JsonSerializerContext;
