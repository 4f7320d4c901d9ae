using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>Removes what a second registration of the same name added twice.</summary>
internal sealed class PostConfigureSxtOptions : IPostConfigureOptions<SxtOptions>
{
    public void PostConfigure(string? name, SxtOptions options)
    {
        Deduplicate(options.Keys, key => (
            key.File, key.Password, key.PasswordFile, key.RequirePrivateFile,
            key.AzureKeyVault?.VaultUri, key.AzureKeyVault?.Secret, key.AzureKeyVault?.Version,
            key.AzureKeyVault?.ManagedIdentityClientId, key.AzureKeyVault?.TenantId));
        Deduplicate(options.KeySources, source => source);
        Deduplicate(options.AllowedOrigins, origin => origin);
        Deduplicate(options.ConfigurationProblems, problem => problem);
    }

    private static void Deduplicate<T, TIdentity>(IList<T> list, Func<T, TIdentity> identity)
    {
        T[] distinct = [.. list.Where(item => item is not null).DistinctBy(identity)];
        list.Clear();
        foreach (var item in distinct)
        {
            list.Add(item);
        }
    }
}
