using Medallion.Threading;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Options;
using SxtAspNet;
using SxtAspNet.Sessions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shares an identity's session through what the app has already.</summary>
public static class SxtDistributedSessionBuilderExtensions
{
    /// <summary>
    /// Shares the session through the app's <see cref="IDistributedCache"/>, under a lock of the app's
    /// <see cref="IDistributedLockProvider"/> (packages DistributedLock.*). A distributed cache can't replace a record by
    /// comparison: should two instances write at the same moment, the older record may stand until the next poll. For
    /// Redis, the package SxtAspNet.Redis does better.
    /// </summary>
    /// <param name="builder">The identity.</param>
    /// <param name="prefix">
    /// What all keys begin with. Instances with the same prefix, gateway and user share one session; different prefixes
    /// never share.
    /// </param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The prefix is empty.</exception>
    public static SxtBuilder AddDistributedSession(this SxtBuilder builder, string prefix = "sxt:")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        builder.Services.AddSingleton<IValidateOptions<SxtOptions>>(
            provider => new RequireServices(builder, provider.GetRequiredService<IServiceProviderIsKeyedService>()));
        return builder.ShareSession(provider => new SxtSessionSharing
        {
            Store = new DistributedCacheSessionStore(provider.GetRequiredService<IDistributedCache>()),
            Lock = provider.GetRequiredService<IDistributedLockProvider>(),
            Prefix = prefix,
        });
    }

    /// <summary>Says at startup which of the two services is missing.</summary>
    private sealed class RequireServices(SxtBuilder builder, IServiceProviderIsKeyedService services) : IValidateOptions<SxtOptions>
    {
        public ValidateOptionsResult Validate(string? name, SxtOptions options)
        {
            // Sharing may have been taken away again, as the emulator does.
            if (name != builder.Name || !services.IsKeyedService(typeof(SxtSessionSharing), name))
            {
                return ValidateOptionsResult.Skip;
            }

            List<string> problems = [];
            if (!services.IsService(typeof(IDistributedCache)))
            {
                problems.Add("no IDistributedCache is registered; call for example AddStackExchangeRedisCache.");
            }

            if (!services.IsService(typeof(IDistributedLockProvider)))
            {
                problems.Add("no IDistributedLockProvider is registered; add a package DistributedLock.* and register its provider.");
            }

            return problems.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"AddDistributedSession of {builder}: {string.Join(' ', problems)}");
        }
    }
}
