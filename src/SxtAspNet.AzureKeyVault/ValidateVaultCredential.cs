using Microsoft.Extensions.Options;
using SxtAspNet.DependencyInjection;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Finds settings that a credential given in code would silently make void.</summary>
internal sealed class ValidateVaultCredential(IOptionsMonitor<VaultSettings> settings) : IValidateOptions<SxtOptions>
{
    public ValidateOptionsResult Validate(string? name, SxtOptions options)
    {
        if (settings.Get(name).Credential is null)
        {
            return ValidateOptionsResult.Skip;
        }

        var indices = Enumerable.Range(0, options.Keys.Count).Where(index =>
            options.Keys[index].AzureKeyVault is { ManagedIdentityClientId: not null } or { TenantId: not null }).ToArray();
        return indices.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Space and Time identity '{IdentityRegistration.Display(name ?? "")}': Keys[{indices[0]}].AzureKeyVault has "
                + "ManagedIdentityClientId or TenantId, which have no effect beside the credential that was given to AddAzureKeyVault; "
                + "remove one of them.");
    }
}
