using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;

namespace SxtAspNet.DependencyInjection;

/// <summary>Checks the options as a whole; every problem goes into one message.</summary>
internal sealed class ValidateSxtOptions(
    IServiceProvider provider,
    IServiceProviderIsKeyedService services,
    IEnumerable<IdentityRegistration> identities) : IValidateOptions<SxtOptions>
{
    public ValidateOptionsResult Validate(string? name, SxtOptions options)
    {
        if (!identities.Any(identity => identity.Name == name))
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> problems = [.. options.ConfigurationProblems];
        CheckUser(nameof(options.UserId), options.UserId, problems);
        CheckUrls(options, problems);
        CheckKeys(name!, options, problems);
        CheckTimes(options, problems);
        CheckBackchannel(options.BackchannelHttpHandler, problems);
        if (!Enum.IsDefined(options.LoginAtStartup))
        {
            problems.Add($"LoginAtStartup is not one of {string.Join(", ", Enum.GetNames<SxtLoginAtStartup>())}.");
        }

        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Space and Time identity '{IdentityRegistration.Display(name!)}': {string.Join(' ', problems)}");
    }

    internal static void CheckUser(string setting, string? userId, List<string> problems)
    {
        if (string.IsNullOrEmpty(userId))
        {
            problems.Add($"{setting} is missing; set it to the Space and Time user id to log in as.");
        }
        else if (userId.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            problems.Add($"{setting} holds white space; remove it.");
        }
    }

    private static void CheckUrls(SxtOptions options, List<string> problems)
    {
        if (options.GatewayUrl is null)
        {
            problems.Add("GatewayUrl is missing; leave it out for the production gateway.");
        }
        else
        {
            CheckUrl("GatewayUrl", options.GatewayUrl, mayHavePath: true, problems);
        }

        for (var index = 0; index < options.AllowedOrigins.Count; index++)
        {
            CheckUrl($"AllowedOrigins[{index}]", options.AllowedOrigins[index], mayHavePath: false, problems);
        }
    }

    internal static void CheckUrl(string setting, Uri url, bool mayHavePath, List<string> problems)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            problems.Add($"{setting} must be an absolute https URL.");
            return;
        }

        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
        {
            problems.Add($"{setting} uses plain http, which would show the token to the network; use https (http is for loopback only).");
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            problems.Add($"{setting} must have no user, query or fragment; write scheme, host and port.");
        }
        else if (!mayHavePath && url.AbsolutePath != "/")
        {
            problems.Add($"{setting} is an origin and can't have a path; write scheme, host and port.");
        }
    }

    internal static void CheckBackchannel(HttpMessageHandler? handler, List<string> problems)
    {
        if (Backchannel.Harden(handler) is { } problem)
        {
            problems.Add(problem);
        }
    }

    internal static void CheckRange(string setting, TimeSpan value, TimeSpan least, TimeSpan most, List<string> problems)
    {
        if (value < least || value > most)
        {
            problems.Add($"{setting} is {value}; it must be between {least} and {most} (hours:minutes:seconds).");
        }
    }

    private void CheckKeys(string name, SxtOptions options, List<string> problems)
    {
        if (options.Keys.Count + options.KeySources.Count == 0 && !services.IsKeyedService(typeof(ISxtKeySource), name))
        {
            problems.Add("Keys is empty; add at least one signing key, for example \"Keys\": [ { \"File\": \"/run/secrets/sxt.pem\" } ].");
        }

        IKeySourceFactory[] factories = [.. KeySources.FactoriesOf(name, provider)];
        for (var index = 0; index < options.Keys.Count; index++)
        {
            CheckKey($"Keys[{index}]", options.Keys[index], factories, problems);
        }
    }

    private static void CheckKey(string setting, SxtKeyOptions key, IKeySourceFactory[] factories, List<string> problems)
    {
        var hasFile = !string.IsNullOrEmpty(key.File);
        if (!hasFile && key.AzureKeyVault is null)
        {
            problems.Add($"{setting} names no key; set File or AzureKeyVault.");
            return;
        }

        if (hasFile && key.AzureKeyVault is not null)
        {
            problems.Add($"{setting} has both File and AzureKeyVault. Were two configuration sources merged "
                + "(an environment variable such as Sxt__Keys__0__File adds to the entry of appsettings)? Give each its own index.");
            return;
        }

        if (!hasFile && (key.Password is not null || key.PasswordFile is not null || key.RequirePrivateFile))
        {
            problems.Add($"{setting}: Password, PasswordFile and RequirePrivateFile are for a File only.");
        }

        if (key.Password is not null && key.PasswordFile is not null)
        {
            problems.Add($"{setting} has both Password and PasswordFile; keep one.");
        }

        if (key.AzureKeyVault is { } vault)
        {
            CheckVault($"{setting}.AzureKeyVault", vault, problems);
        }

        if (!Array.Exists(factories, factory => factory.Handles(key)))
        {
            problems.Add($"{setting} is in Azure Key Vault; add the package SxtAspNet.AzureKeyVault and call AddSxt(...).AddAzureKeyVault().");
        }
    }

    private static void CheckVault(string setting, SxtAzureKeyVaultKeyOptions vault, List<string> problems)
    {
        if (vault.VaultUri is not { IsAbsoluteUri: true } uri || uri.Scheme != Uri.UriSchemeHttps)
        {
            problems.Add($"{setting}.VaultUri must be the vault's https URL, for example https://contoso.vault.azure.net.");
        }
        else if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            problems.Add($"{setting}.VaultUri must end with the host, for example https://contoso.vault.azure.net; "
                + "the names of the secret and its version go into Secret and Version.");
        }

        if (string.IsNullOrEmpty(vault.Secret))
        {
            problems.Add($"{setting}.Secret is missing; set it to the secret's name.");
        }
        else
        {
            CheckName("Secret", vault.Secret, "a name in Key Vault: letters, digits and hyphens, 127 at most");
        }

        CheckName("Version", vault.Version, "a version's id: letters and digits; leave it out for the newest version");
        CheckName("ManagedIdentityClientId", vault.ManagedIdentityClientId, "the identity's client id, a GUID");
        CheckName("TenantId", vault.TenantId?.Replace('.', '-'), "the tenant's id, a GUID, or its domain");

        // No value is quoted: it could be the secret itself, put into the wrong place.
        void CheckName(string member, string? value, string form)
        {
            if (value is not null && (value.Length is 0 or > 127 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
            {
                problems.Add($"{setting}.{member} must be {form}.");
            }
        }
    }

    private static void CheckTimes(SxtOptions options, List<string> problems)
    {
        CheckRange(nameof(options.RenewBefore), options.RenewBefore, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(20));
        CheckRange(nameof(options.RenewJitter), options.RenewJitter, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        CheckRange(nameof(options.GatewayTimeout), options.GatewayTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(2));
        CheckRange(nameof(options.KeyTimeout), options.KeyTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(2));
        CheckRange(nameof(options.AcquireTimeout), options.AcquireTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(10));
        CheckRange(nameof(options.StoreTimeout), options.StoreTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(30));
        CheckRange(nameof(options.StorePollInterval), options.StorePollInterval, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5));
        if (options.RenewBefore <= options.GatewayTimeout + options.RenewJitter)
        {
            problems.Add($"RenewBefore ({options.RenewBefore}) must be longer than GatewayTimeout plus RenewJitter "
                + $"({options.GatewayTimeout + options.RenewJitter}), or a failed renewal can't be tried again before the token expires.");
        }

        void CheckRange(string setting, TimeSpan value, TimeSpan least, TimeSpan most) =>
            ValidateSxtOptions.CheckRange(setting, value, least, most, problems);
    }
}
