using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Keys;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// Without a UserId, only API keys can log in. What a key is shows when it is opened, so that is done once, while the app starts.
/// </summary>
internal static class UserIdCheck
{
    /// <exception cref="OptionsValidationException">There is no UserId, and one of the keys is a signing key.</exception>
    public static async Task RunAsync(IServiceProvider provider, string name, SxtOptions options, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(options.UserId))
        {
            return;
        }

        // All at once: of several sources that hang, each would take its time limit.
        var keys = provider.GetRequiredKeyedService<KeyOpener>(name);
        var checks = keys.SourcesFor(options).Select(source => CheckAsync(keys, source, options, cancellationToken));
        string[] problems = [.. (await Task.WhenAll(checks).ConfigureAwait(false)).OfType<string>()];
        if (problems.Length > 0)
        {
            throw new OptionsValidationException(
                name, typeof(SxtOptions), [$"{IdentityName.Describe(name)}: {string.Join(' ', problems)}"]);
        }
    }

    private static async Task<string?> CheckAsync(KeyOpener keys, ISxtKeySource source, SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var credential = await keys.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
            return await keys.UseAsync(source, credential, static opened => opened is SxtApiKey, options, cancellationToken).ConfigureAwait(false)
                ? null
                : $"UserId is missing; set it to the Space and Time user id to log in as: {source} is a signing key, which does not tell (only an API key does).";
        }
        catch (SxtAuthenticationException)
        {
            // What can't be opened now is tried again for each login, which says what is wrong then.
            return null;
        }
    }
}
