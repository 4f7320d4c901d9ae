using Microsoft.Extensions.Logging;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Key entries in Azure Key Vault.</summary>
internal sealed class VaultKeyKind(VaultSettings settings, TimeProvider timeProvider, ILoggerFactory loggers)
    : ISxtKeyKind<SxtAzureKeyVaultKeyOptions>
{
    private readonly VaultClients _clients = new(settings);

    public string Name => "AzureKeyVault";

    public IEnumerable<string> Validate(string setting, SxtAzureKeyVaultKeyOptions options)
    {
        if (options.VaultUri is not { IsAbsoluteUri: true } uri || uri.Scheme != Uri.UriSchemeHttps)
        {
            yield return $"{setting}.VaultUri must be the vault's https URL, for example https://contoso.vault.azure.net.";
        }
        else if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            yield return $"{setting}.VaultUri must end with the host, for example https://contoso.vault.azure.net; "
                + "the names of the secret and its version go into Secret and Version.";
        }

        if (string.IsNullOrEmpty(options.Secret))
        {
            yield return $"{setting}.Secret is missing; set it to the secret's name.";
        }
        else if (!IsName(options.Secret))
        {
            yield return $"{setting}.Secret must be a name in Key Vault: letters, digits and hyphens, 127 at most.";
        }

        // No value is quoted: it could be the secret itself, put into the wrong place.
        if (!IsName(options.Version))
        {
            yield return $"{setting}.Version must be a version's id: letters and digits; leave it out for the newest version.";
        }

        if (!IsName(options.ManagedIdentityClientId))
        {
            yield return $"{setting}.ManagedIdentityClientId must be the identity's client id, a GUID.";
        }

        if (!IsName(options.TenantId?.Replace('.', '-')))
        {
            yield return $"{setting}.TenantId must be the tenant's id, a GUID, or its domain.";
        }

        if (settings.Credential is not null && (options.ManagedIdentityClientId ?? options.TenantId) is not null)
        {
            yield return $"{setting} has ManagedIdentityClientId or TenantId, which have no effect beside the credential that was given to "
                + "AddAzureKeyVault; remove one of them.";
        }
    }

    public ISxtKeySource Create(SxtKeyOptions entry, SxtAzureKeyVaultKeyOptions options) =>
        new VaultKeySource(options, _clients, timeProvider, loggers.CreateLogger<VaultKeySource>());

    private static bool IsName(string? value) =>
        value is null || (value.Length is > 0 and <= 127 && value.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'));
}
