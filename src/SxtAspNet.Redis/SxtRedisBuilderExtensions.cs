using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using SxtAspNet;
using SxtAspNet.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shares an identity's session through Redis.</summary>
public static class SxtRedisBuilderExtensions
{
    /// <summary>
    /// Shares the session through the Redis that the app uses already: the connection and InstanceName that it gave to
    /// AddStackExchangeRedisCache, else its <see cref="IConnectionMultiplexer"/>. A connection of the app is never disposed.
    /// </summary>
    /// <param name="builder">The identity.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddRedis(this SxtBuilder builder) => builder.AddRedis(static _ => { });

    /// <summary>Shares the session through a Redis.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="configuration">A StackExchange.Redis configuration string such as "localhost:6379,password=…".</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddRedis(this SxtBuilder builder, string configuration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        return builder.AddRedis(options => options.Configuration = configuration);
    }

    /// <summary>Shares the session through a Redis. Without a connection in the options, the app's own is used.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddRedis(this SxtBuilder builder, Action<SxtRedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        var name = builder.Name;
        services.AddOptions<SxtRedisOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<SxtRedisOptions>, PostConfigureRedisOptions>());
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(RedisConnection) && Equals(service.ServiceKey, name)))
        {
            return builder;
        }

        services.AddSingleton<IValidateOptions<SxtRedisOptions>>(
            provider => new ValidateRedisOptions(builder, provider.GetRequiredService<IServiceProviderIsKeyedService>()));

        // A service of its own, so that the container disposes it.
        services.AddKeyedSingleton(name, (provider, _) => new RedisConnection(Settings(provider, name), provider));
        return builder.ShareSession(provider =>
        {
            var settings = Settings(provider, name);
            var connection = provider.GetRequiredKeyedService<RedisConnection>(name);
            return new SxtSessionSharing
            {
                Store = new RedisSessionStore(connection),
                Lock = new RedisLockProvider(connection, settings.LockLease),
                Notices = new RedisNotices(connection),
                Prefix = settings.Prefix,
            };
        });
    }

    private static SxtRedisOptions Settings(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<SxtRedisOptions>>().Get(name);

    /// <summary>Finds the connection where the app named none: what it gave to the distributed cache, else its multiplexer.</summary>
    private sealed class PostConfigureRedisOptions(
        IServiceProvider provider, IServiceProviderIsService services, IOptions<RedisCacheOptions> cache) : IPostConfigureOptions<SxtRedisOptions>
    {
        public void PostConfigure(string? name, SxtRedisOptions options)
        {
            if (options.ConnectionStringName is { } connection && options.Configuration is null)
            {
                options.Configuration = provider.GetService<IConfiguration>()?.GetConnectionString(connection);
            }

            if (options.Configuration is not null || options.ConnectionStringName is not null
                || options.ConfigurationOptions is not null || options.ConnectionMultiplexerFactory is not null)
            {
                return;
            }

            if (cache.Value is { } settings && (settings.ConnectionMultiplexerFactory ?? (object?)settings.ConfigurationOptions ?? settings.Configuration) is not null)
            {
                options.Prefix = settings.InstanceName + options.Prefix;
                options.ConnectionMultiplexerFactory = settings.ConnectionMultiplexerFactory is { } factory ? _ => factory() : null;
                options.ConfigurationOptions = settings.ConfigurationOptions;
                options.Configuration = settings.Configuration;
            }
            else if (services.IsService(typeof(IConnectionMultiplexer)))
            {
                options.ConnectionMultiplexerFactory =
                    provider => Task.FromResult(provider.GetRequiredService<IConnectionMultiplexer>());
            }
        }
    }

    private sealed class ValidateRedisOptions(SxtBuilder builder, IServiceProviderIsKeyedService services) : IValidateOptions<SxtRedisOptions>
    {
        public ValidateOptionsResult Validate(string? name, SxtRedisOptions options)
        {
            // Sharing may have been taken away again, as the emulator does.
            if (name != builder.Name || !services.IsKeyedService(typeof(SxtSessionSharing), name))
            {
                return ValidateOptionsResult.Skip;
            }

            List<string> problems = [];
            if (options.ConnectionMultiplexerFactory is null && options.ConfigurationOptions is null)
            {
                if (options.Configuration is null)
                {
                    problems.Add(options.ConnectionStringName is { } connection
                        ? $"there is no connection string '{connection}'; add it to the section ConnectionStrings."
                        : "no connection is known; give AddRedis a connection string, or register AddStackExchangeRedisCache or an IConnectionMultiplexer.");
                }
                else if (!NamesServer(options.Configuration))
                {
                    // Not with the client's own explanation: it quotes the string, which may hold a password.
                    problems.Add("the connection string is not one of StackExchange.Redis, such as \"localhost:6379,password=…\".");
                }
            }

            if (options.LockLease < TimeSpan.FromSeconds(0.5) || options.LockLease > TimeSpan.FromMinutes(1))
            {
                problems.Add($"LockLease is {options.LockLease}; it must be between half a second and a minute.");
            }

            if (string.IsNullOrEmpty(options.Prefix))
            {
                problems.Add("Prefix is empty; without one, keys of other programs can't be told apart.");
            }

            return problems.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"AddRedis of {builder}: {string.Join(' ', problems)}");
        }

        private static bool NamesServer(string configuration)
        {
            try
            {
                return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0;
            }
            catch (Exception problem) when (problem is ArgumentException or FormatException)
            {
                return false;
            }
        }
    }
}
