using System.Net;
using System.Text.Json;

namespace SxtAspNet.Gateway;

/// <summary>Asks the gateway about an access token (GET /v1/auth/validtoken).</summary>
internal static class ValidTokenCall
{
    /// <summary>Asks.</summary>
    /// <param name="transport">Sends the call.</param>
    /// <param name="description">Names the call in errors.</param>
    /// <param name="accessToken">The token.</param>
    /// <param name="timeout">The time limit, repetitions included.</param>
    /// <param name="isRepeatable">Whether it is sent again where the gateway can't be reached, or fails.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, for <see cref="Read"/>; <see langword="null"/>: the token is not valid.</returns>
    /// <exception cref="SxtAuthenticationException">There is no clear answer.</exception>
    public static async Task<GatewayAnswer?> SendAsync(
        GatewayTransport transport, string description, string accessToken, TimeSpan timeout, bool isRepeatable, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = description,
            Method = HttpMethod.Get,
            Path = "v1/auth/validtoken",
            Bearer = accessToken,
            IsRepeatable = isRepeatable,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        if (answer.IsRefusal && answer.Status is not HttpStatusCode.Unauthorized)
        {
            throw answer.BadAnswer("a refusal");
        }

        // An SDK of the network tells valid from not by the body's length alone: no body is a no, with 200 too.
        return answer.IsSuccess && !answer.IsEmpty ? answer : null;
    }

    /// <summary>
    /// What the gateway says about the token's user: an object of which only userId is sure, or the bare user id.
    /// </summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.BadAnswer"/>.</exception>
    public static ValidTokenAnswer Read(GatewayAnswer answer)
    {
        var isObject = answer.Read(GatewayJson.Default.JsonElement).ValueKind == JsonValueKind.Object;
        var user = isObject ? answer.Read(GatewayJson.Default.ValidTokenAnswer) : new ValidTokenAnswer(answer.Read(GatewayJson.Default.String));
        return string.IsNullOrEmpty(user.UserId) ? throw answer.BadAnswer("no user id") : user;
    }
}
