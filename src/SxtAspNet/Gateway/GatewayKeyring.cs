using System.Net;
using System.Text.Json;

namespace SxtAspNet.Gateway;

/// <summary>
/// The calls for a user's keyring: the public keys that the user can log in with. Each presents an access token of the
/// user. A session never needs them; they are for tools.
/// </summary>
internal sealed class GatewayKeyring(GatewayTransport transport, string userId)
{
    /// <summary>The public keys on the keyring, each as the gateway writes it: in base64.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not tell them.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(
        string accessToken, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Keyring of user '{userId}'",
            Method = HttpMethod.Get,
            Path = "v1/auth/keys",
            Bearer = accessToken,
            IsRepeatable = true,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        ThrowIfRefused(answer);
        var keys = answer.Read(GatewayJson.Default.KeysAnswer).Keys;
        return keys is not null && Array.TrueForAll(keys, IsWord) ? keys : throw answer.BadAnswer("no list of keys");
    }

    /// <summary>Asks for a challenge that the key to be added is to sign; it is none for a login.</summary>
    /// <exception cref="SxtAuthenticationException">The gateway did not give one.</exception>
    public async Task<string> RequestChallengeAsync(
        string accessToken, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Challenge for a new key of user '{userId}'",
            Method = HttpMethod.Post,
            Path = "v1/auth/keys/code",
            Bearer = accessToken,
            IsRepeatable = true,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        ThrowIfRefused(answer);
        var code = answer.Read(GatewayJson.Default.ChallengeAnswer).AuthCode;
        return string.IsNullOrEmpty(code) ? throw answer.BadAnswer("no challenge") : code;
    }

    /// <summary>Adds the key that signed the challenge. Never sent twice: a challenge works once.</summary>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.KeyRefused"/>, or the gateway did not confirm it, which leaves open whether it did it.
    /// </exception>
    public async Task AddAsync(
        string accessToken,
        string challenge,
        ReadOnlyMemory<byte> signature,
        ReadOnlyMemory<byte> publicKey,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var request = new AddKeyRequest(
            challenge, Convert.ToHexStringLower(signature.Span), Convert.ToBase64String(publicKey.Span), "ed25519");
        var call = new GatewayCall
        {
            Description = $"Key {request.Key} for user '{userId}'",
            Method = HttpMethod.Post,
            Path = "v1/auth/keys",
            Bearer = accessToken,
            Body = JsonSerializer.SerializeToUtf8Bytes(request, GatewayJson.Default.AddKeyRequest),
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        if (answer.IsRefusal)
        {
            throw answer.Failure(SxtFailureReason.KeyRefused, "refused to add it");
        }
    }

    /// <summary>Whether a text is one word that can be shown on a line of its own.</summary>
    private static bool IsWord(string? text) =>
        !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static void ThrowIfRefused(GatewayAnswer answer)
    {
        if (answer.IsRefusal)
        {
            throw answer.Status is HttpStatusCode.Unauthorized
                ? answer.Failure(SxtFailureReason.SessionEnded, "no longer accepts the access token; try again, unless another program keeps logging the user out")
                : answer.BadAnswer("a refusal");
        }
    }
}
