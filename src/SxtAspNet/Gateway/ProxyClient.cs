using System.Net;

namespace SxtAspNet.Gateway;

/// <summary>
/// The proxy of the Space and Time network, which holds signing keys of users and logs in with them for whoever presents an API key.
/// </summary>
/// <param name="transport">Sends the calls; its clock is the proxy's own.</param>
/// <param name="clock">The gateway's clock: the tokens are the gateway's, the answers' dates are not.</param>
/// <param name="user">Names the user in errors.</param>
internal sealed class ProxyClient(GatewayTransport transport, GatewayClock clock, GatewayUser user) : IDisposable
{
    /// <summary>Exchanges an API key for an access token. There is no refresh token: a renewal is another exchange.</summary>
    /// <remarks>It may be sent again: the exchange before, if there was one, was in vain, and that is all.</remarks>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.KeyRefused"/>, or the proxy did not give a token.
    /// </exception>
    public async Task<SessionGrant> ExchangeAsync(string apiKey, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = new GatewayCall
        {
            Description = $"Exchange of an API key for {user}",
            Host = CallHost.Proxy,
            Method = HttpMethod.Post,
            Path = "auth/apikey",
            ApiKey = apiKey,
            IsRepeatable = true,
        };
        var answer = await transport.SendAsync(call, timeout, cancellationToken).ConfigureAwait(false);
        return answer switch
        {
            { IsSuccess: true } => SessionGrant.ReadExchange(answer, clock),
            { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => throw answer.Failure(
                SxtFailureReason.KeyRefused, "refused it; check in Space and Time's studio that the API key is still there"),
            _ => throw answer.BadAnswer("a refusal; check ProxyUrl"),
        };
    }

    public void Dispose() => transport.Dispose();
}
