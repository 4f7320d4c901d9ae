using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// Signs in as a vault's challenge says: the first request goes without a token and without its content, and the 401 names the
/// tenant and the resource that the token must be for (Azure's documentation, "Authentication, requests and responses").
/// </summary>
internal sealed partial class VaultSignInPolicy(TokenCredential credential, bool verifiesResource) : BearerTokenAuthenticationPolicy(credential, [])
{
    private const string HeldBack = "SxtAspNet.HeldBack";

    private volatile Challenge? _challenge;

    protected override async ValueTask AuthorizeRequestAsync(HttpMessage message)
    {
        if (_challenge is { } challenge)
        {
            await SignInAsync(message, challenge).ConfigureAwait(false);
        }
        else if (message.Request.Content is { } content)
        {
            message.SetProperty(HeldBack, content);
            message.Request.Content = null;
        }
    }

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        if (message.Request.Content is null && message.TryGetProperty(HeldBack, out var content))
        {
            message.Request.Content = (RequestContent?)content;
        }

        if (!message.Response.Headers.TryGetValue(HttpHeader.Names.WwwAuthenticate, out var header) || Challenge.Parse(header) is not { } challenge)
        {
            return false;
        }

        if (verifiesResource && !challenge.IsFor(message.Request.Uri.Host!))
        {
            // Its name is not quoted: whoever answers there may write what it likes.
            throw new InvalidOperationException("The vault's challenge names a resource of another domain.");
        }

        _challenge = challenge;
        await SignInAsync(message, challenge).ConfigureAwait(false);
        return true;
    }

    private ValueTask SignInAsync(HttpMessage message, Challenge challenge) => AuthenticateAndAuthorizeRequestAsync(
        message, new TokenRequestContext([challenge.Scope], message.Request.ClientRequestId, tenantId: challenge.Tenant));

    private sealed partial record Challenge(Uri Resource, string? Tenant)
    {
        public string Scope => $"{Resource.GetLeftPart(UriPartial.Authority)}/.default";

        public bool IsFor(string host) => host.EndsWith($".{Resource.Host}", StringComparison.OrdinalIgnoreCase);

        public static Challenge? Parse(string header)
        {
            string? authority = null;
            string? resource = null;
            foreach (Match parameter in Parameters().Matches(header))
            {
                var value = parameter.Groups["value"].Value;
                switch (parameter.Groups["name"].Value)
                {
                    case "authorization" or "authorization_uri":
                        authority = value;
                        break;
                    case "resource" or "scope":
                        resource = value;
                        break;
                }
            }

            return Uri.TryCreate(resource, UriKind.Absolute, out var uri)
                ? new Challenge(uri, Uri.TryCreate(authority, UriKind.Absolute, out var tenant) && tenant.Segments is [_, var first, ..] ? first.Trim('/') : null)
                : null;
        }

        [GeneratedRegex("""(?<name>[a-z_]+)="?(?<value>[^",\s]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
        private static partial Regex Parameters();
    }
}
