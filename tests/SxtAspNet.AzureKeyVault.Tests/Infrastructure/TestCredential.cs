using Azure.Core;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>Signs in to the vaults of the tests.</summary>
internal sealed class TestCredential : TokenCredential
{
    public const string Tenant = "11111111-2222-3333-4444-555555555555";

    /// <summary>Fails with this instead, when set.</summary>
    public Exception? Failure { get; set; }

    public string Token { get; set; } = "entra-token";

    public List<TokenRequestContext> Requests { get; } = [];

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(requestContext);
        }

        return Failure is null ? new AccessToken(Token, DateTimeOffset.UtcNow.AddHours(1)) : throw Failure;
    }

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(GetToken(requestContext, cancellationToken));
}
