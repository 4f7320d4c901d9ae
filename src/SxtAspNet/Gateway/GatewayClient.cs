using System.Net;
using System.Text.Json;

namespace SxtAspNet.Gateway;

/// <summary>
/// The authentication calls of the Space and Time gateway ("Authenticating to the Decentralized Space and Time
/// Network"). Only calls that change nothing, or that can be made in vain, are ever sent again.
/// </summary>
internal sealed class GatewayClient(GatewayTransport transport, GatewayUser user)
{
    /// <summary>Asks for a challenge: a text that is to be signed within 30 seconds, once.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not give one.</exception>
    public async Task<string> RequestChallengeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Challenge for {user}",
            Method = HttpMethod.Post,
            Path = "v1/auth/code",
            Body = JsonSerializer.SerializeToUtf8Bytes(new ChallengeRequest(user.Id), GatewayJson.Default.ChallengeRequest),
            IsRepeatable = true,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        if (answer.IsRefusal)
        {
            throw answer.Failure(SxtFailureReason.UserUnknown, "refused it; check UserId and GatewayUrl");
        }

        var code = answer.Read(GatewayJson.Default.ChallengeAnswer).AuthCode;
        return string.IsNullOrEmpty(code) ? throw answer.BadAnswer("no challenge") : code;
    }

    /// <summary>Exchanges a signed challenge for a session. Never sent twice: a challenge works once.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.KeyRefused"/>, or the gateway did not give a session.
    /// </exception>
    public async Task<SessionGrant> ExchangeAsync(
        string challenge,
        ReadOnlyMemory<byte> signature,
        ReadOnlyMemory<byte> publicKey,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var publicKeyText = Convert.ToBase64String(publicKey.Span);
        var request = new TokenRequest(user.Id, challenge, Convert.ToHexStringLower(signature.Span), publicKeyText, "ed25519");
        var call = new GatewayCall
        {
            Description = $"Login of {user}",
            Method = HttpMethod.Post,
            Path = "v1/auth/token",
            Body = JsonSerializer.SerializeToUtf8Bytes(request, GatewayJson.Default.TokenRequest),
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        return answer.IsRefusal
            ? throw answer.Failure(SxtFailureReason.KeyRefused, $"refused the signature of the key whose public key is {publicKeyText}")
            : SessionGrant.Read(answer, transport.Clock);
    }

    /// <summary>Exchanges a refresh token for a new session. Never sent twice, whatever its outcome.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.SessionEnded"/>, or the gateway did not give a session.
    /// </exception>
    public async Task<SessionGrant> RefreshAsync(string refreshToken, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Refresh for {user}",
            Method = HttpMethod.Post,
            Path = "v1/auth/refresh",
            Bearer = refreshToken,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        return answer.IsRefusal
            ? throw answer.Failure(SxtFailureReason.SessionEnded, "refused the refresh token")
            : SessionGrant.Read(answer, transport.Clock);
    }

    /// <summary>Ends all sessions of the user.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not confirm it.</exception>
    public async Task LogoutAsync(string accessToken, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Logout of {user}",
            Method = HttpMethod.Post,
            Path = "v1/auth/logout",
            Bearer = accessToken,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        if (answer.IsRefusal && answer.Status is not HttpStatusCode.Unauthorized)
        {
            throw answer.BadAnswer("a refusal");
        }
    }

    /// <summary>Asks whether the gateway still accepts an access token of the user.</summary>
    /// <exception cref="SxtAuthenticationException">There is no clear answer: one that names no user, or another one, says nothing of our token.</exception>
    public async Task<bool> IsValidAsync(string accessToken, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = await ValidTokenCall.SendAsync(
            transport, $"Check of the access token of {user}", accessToken, timeout, isRepeatable: true, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return false;
        }

        var owner = ValidTokenCall.Read(answer).UserId;
        return user.Id is "" || owner == user.Id
            ? true
            : throw answer.BadAnswer($"the word that it is a token of user '{owner}'; check {nameof(SxtOptions.GatewayUrl)}");
    }

    /// <summary>Asks whether the gateway knows the user id at all.</summary>
    /// <exception cref="SxtAuthenticationException">There is no clear answer.</exception>
    public async Task<bool> UserExistsAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Look-up of {user}",
            Method = HttpMethod.Get,
            Path = $"v1/auth/idexists/{Uri.EscapeDataString(user.Id)}",
            IsRepeatable = true,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess ? answer.Read(GatewayJson.Default.Boolean) : throw answer.BadAnswer("a refusal");
    }
}
